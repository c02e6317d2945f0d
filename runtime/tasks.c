/* How the tasks of a parallel loop are divided among the threads of the Halide
 * runtime. There, whoever is free takes the next task, so that neighbours in
 * memory go to different caches. Here each thread has a share of neighbouring
 * tasks, the same one in every loop of so many: what it has read or written in
 * one loop it finds in its cache in the next. What it finds there is what it
 * has touched last, so every other loop runs backward. Who is done with his own
 * share helps with others. */

#include <stdatomic.h>
#include <stdint.h>

typedef int (*Task)(void *context, int index, uint8_t *closure);

/* Of the Halide runtime. */
extern int halide_get_num_threads(void);
extern int halide_default_do_par_for(void *context, Task task, int min,
                                     int size, uint8_t *closure);
int halide_do_par_for(void *context, Task task, int min, int size,
                      uint8_t *closure);

enum { MaximumShares = 64, CacheLine = 64 };

/* Tasks from `first` to `last`, of which `taken` have been taken. */
typedef struct Share {
  _Alignas(CacheLine) atomic_int taken;
  int first, last;
} Share;

typedef struct Loop {
  Task task;
  uint8_t *closure;
  int isBackward;
  int numShares;
  Share shares[MaximumShares];
} Loop;

/* Counts threads in the order in which they first work for this library. */
static atomic_int numThreads;
static _Thread_local int threadNumber
    __attribute__((tls_model("initial-exec"))) = -1;

static atomic_uint numLoops;

/* Runs what is left of a share. Several tasks are taken at once, since taking
 * some waits for all stores of those before: half of what is left, so that in
 * the end others can help. */
static int runShare(const Loop *loop, Share *share, void *context) {
  const int size = share->last - share->first + 1;
  int left;
  while ((left = size - atomic_load(&share->taken)) > 0) {
    const int wanted = (left + 1) / 2;
    const int begin = atomic_fetch_add(&share->taken, wanted);
    const int end = begin + wanted < size ? begin + wanted : size;
    for (int taken = begin; taken < end; ++taken) {
      const int index =
          loop->isBackward ? share->last - taken : share->first + taken;
      const int status = loop->task(context, index, loop->closure);
      if (status)
        return status;
    }
  }
  return 0;
}

/* Stores that bypass the cache are not ordered by what threads wait for each
 * other with. One fence for all tasks of a thread: each would wait for memory.
 */
static void fenceStores(void) {
#ifdef __x86_64__
  __builtin_ia32_sfence();
#endif
}

/* A task of the runtime's loop: who gets it, not which, says what to run. */
static int runShares(void *context, int index, uint8_t *closure) {
  (void)index;
  Loop *loop = (Loop *)closure;
  if (threadNumber < 0)
    threadNumber = atomic_fetch_add(&numThreads, 1) & 0xffff;
  for (int i = 0; i < loop->numShares; ++i) {
    Share *share = &loop->shares[(threadNumber + i) % loop->numShares];
    const int status = runShare(loop, share, context);
    if (status)
      return status;
  }
  fenceStores();
  return 0;
}

int halide_do_par_for(void *context, Task task, int min, int size,
                      uint8_t *closure) {
  /* Before the first loop, 0. */
  int numShares = halide_get_num_threads();
  if (numShares == 0 || numShares > MaximumShares)
    numShares = MaximumShares;
  if (numShares > size)
    numShares = size > 0 ? size : 1;
  Loop loop;
  loop.task = task;
  loop.closure = closure;
  loop.isBackward = atomic_fetch_add(&numLoops, 1) & 1;
  loop.numShares = numShares;
  for (int i = 0; i < numShares; ++i) {
    Share *share = &loop.shares[i];
    atomic_init(&share->taken, 0);
    share->first = min + (int)((int64_t)size * i / numShares);
    share->last = min + (int)((int64_t)size * (i + 1) / numShares) - 1;
  }
  if (numShares == 1)
    return runShares(context, 0, (uint8_t *)&loop);
  return halide_default_do_par_for(context, runShares, 0, numShares,
                                   (uint8_t *)&loop);
}
