/* Two threads run one model at once on different inputs, each with its own
 * workspace, and expect what a thread alone computes, bit for bit.
 *   two_threads INPUT.f32 RUNS */

#include "first.h"

#include "call.h"

#include <pthread.h>
#include <string.h>

typedef struct Worker {
  Call call;
  void *expected;
  int runs, mismatches;
} Worker;

static void *work(void *argument) {
  Worker *worker = argument;
  size_t bytes = bytesOf(worker->call.model->outputs);
  for (int i = 0; i < worker->runs; ++i) {
    memset(worker->call.output.data, 0xff, bytes);
    runCall(&worker->call, first_run);
    worker->mismatches +=
        memcmp(worker->call.output.data, worker->expected, bytes) != 0;
  }
  return NULL;
}

/* Input of the second worker: the first one's, halved. */
static Worker makeWorker(const char *path, float factor, int runs) {
  Worker worker = {makeCall(first_model()), NULL, runs, 0};
  readInput(&worker.call, path);
  float *input = worker.call.input.data;
  for (size_t i = 0; i < FIRST_INPUT_0_ELEMENTS; ++i)
    input[i] *= factor;
  runCall(&worker.call, first_run);
  size_t bytes = bytesOf(worker.call.model->outputs);
  worker.expected = malloc(bytes);
  memcpy(worker.expected, worker.call.output.data, bytes);
  return worker;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  int runs = atoi(argv[2]), mismatches = 0;
  for (int threads = 1; threads <= 2; ++threads) {
    first_set_threads(threads);
    Worker workers[] = {makeWorker(argv[1], 1.0f, runs),
                        makeWorker(argv[1], 0.5f, runs)};
    pthread_t handles[2];
    for (int i = 0; i < 2; ++i)
      pthread_create(&handles[i], NULL, work, &workers[i]);
    for (int i = 0; i < 2; ++i) {
      pthread_join(handles[i], NULL);
      mismatches += workers[i].mismatches;
      freeCall(&workers[i].call);
      free(workers[i].expected);
    }
  }
  printf("%d mismatches\n", mismatches);
  return mismatches != 0;
}
