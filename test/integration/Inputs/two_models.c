/* Runs two models of one program in turns.
 *   two_models FIRST.f32 SECOND.f32 FIRST.out SECOND.out */

#include "first.h"
#include "second.h"

#include "call.h"

int main(int argc, char **argv) {
  if (argc != 5)
    return 2;
  Call first = makeCall(first_model()), second = makeCall(second_model());
  readInput(&first, argv[1]);
  readInput(&second, argv[2]);
  first_set_threads(2);
  second_set_threads(1);
  for (int i = 0; i < 3; ++i) {
    runCall(&first, first_run);
    runCall(&second, second_run);
  }
  writeOutput(&first, argv[3]);
  writeOutput(&second, argv[4]);
  freeCall(&first);
  freeCall(&second);
  return 0;
}
