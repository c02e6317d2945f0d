//===- bn-opt.cpp - The compiler's command line ---------------------------===//

#include "compiler/Driver.h"

int main(int argc, char **argv) { return bnopt::runDriver(argc, argv); }
