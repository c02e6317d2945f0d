//===- ScaleShiftOpInterface.cpp - Where a scale and a shift can go -------===//

#include "dialect/Interfaces/ScaleShiftOpInterface.h"

#include "dialect/Interfaces/ScaleShiftOpInterface.cpp.inc"
