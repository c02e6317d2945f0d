/* Feature bits as in Intel's manual, volume 2, CPUID. Asked directly, because
 * the compiler's __builtin_cpu_supports needs its support library. */

#include "runtime/cpu.h"

#include <cpuid.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum Word {
  LEAF1_ECX,
  LEAF7_EBX,
  LEAF7_ECX,
  LEAF7_EDX,
  LEAF7_1_EAX,
  EXT1_ECX,
  WORD_COUNT
};

/* What the operating system must save on a context switch: bits of XCR0. */
enum State {
  STATE_NONE = 0,
  STATE_AVX = 0x06,
  STATE_AVX512 = 0xe6,
  STATE_AMX = 0x60000
};

typedef struct Feature {
  const char *name;
  uint8_t word, bit;
  uint32_t state;
} Feature;

static const Feature features[] = {
    {"sse3", LEAF1_ECX, 0, STATE_NONE},
    {"pclmul", LEAF1_ECX, 1, STATE_NONE},
    {"ssse3", LEAF1_ECX, 9, STATE_NONE},
    {"fma", LEAF1_ECX, 12, STATE_AVX},
    {"cx16", LEAF1_ECX, 13, STATE_NONE},
    {"sse4.1", LEAF1_ECX, 19, STATE_NONE},
    {"sse4.2", LEAF1_ECX, 20, STATE_NONE},
    {"movbe", LEAF1_ECX, 22, STATE_NONE},
    {"popcnt", LEAF1_ECX, 23, STATE_NONE},
    {"xsave", LEAF1_ECX, 26, STATE_NONE},
    {"avx", LEAF1_ECX, 28, STATE_AVX},
    {"f16c", LEAF1_ECX, 29, STATE_AVX},
    {"bmi", LEAF7_EBX, 3, STATE_NONE},
    {"avx2", LEAF7_EBX, 5, STATE_AVX},
    {"bmi2", LEAF7_EBX, 8, STATE_NONE},
    {"avx512f", LEAF7_EBX, 16, STATE_AVX512},
    {"avx512dq", LEAF7_EBX, 17, STATE_AVX512},
    {"avx512ifma", LEAF7_EBX, 21, STATE_AVX512},
    {"avx512cd", LEAF7_EBX, 28, STATE_AVX512},
    {"avx512bw", LEAF7_EBX, 30, STATE_AVX512},
    {"avx512vl", LEAF7_EBX, 31, STATE_AVX512},
    {"avx512vbmi", LEAF7_ECX, 1, STATE_AVX512},
    {"avx512vbmi2", LEAF7_ECX, 6, STATE_AVX512},
    {"avx512vnni", LEAF7_ECX, 11, STATE_AVX512},
    {"avx512bitalg", LEAF7_ECX, 12, STATE_AVX512},
    {"avx512vpopcntdq", LEAF7_ECX, 14, STATE_AVX512},
    {"amx-bf16", LEAF7_EDX, 22, STATE_AMX},
    {"avx512fp16", LEAF7_EDX, 23, STATE_AVX512},
    {"amx-tile", LEAF7_EDX, 24, STATE_AMX},
    {"amx-int8", LEAF7_EDX, 25, STATE_AMX},
    {"avxvnni", LEAF7_1_EAX, 4, STATE_AVX},
    {"avx512bf16", LEAF7_1_EAX, 5, STATE_AVX512},
    {"sahf", EXT1_ECX, 0, STATE_NONE},
    {"lzcnt", EXT1_ECX, 5, STATE_NONE},
};

/* Each level includes the one before it. */
static const struct Level {
  const char *name, *adds;
} levels[] = {
    {"x86-64", ""},
    {"x86-64-v2", "cx16+popcnt+sahf+sse3+sse4.1+sse4.2+ssse3"},
    {"x86-64-v3", "avx+avx2+bmi+bmi2+f16c+fma+lzcnt+movbe+xsave"},
    {"x86-64-v4", "avx512f+avx512bw+avx512cd+avx512dq+avx512vl"},
};

typedef struct Processor {
  uint32_t words[WORD_COUNT];
  uint32_t savedState;
} Processor;

static Processor readProcessor(void) {
  Processor processor = {{0}, 0};
  uint32_t *words = processor.words;
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx))
    words[LEAF1_ECX] = ecx;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) {
    words[LEAF7_EBX] = ebx;
    words[LEAF7_ECX] = ecx;
    words[LEAF7_EDX] = edx;
    if (eax >= 1 && __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx))
      words[LEAF7_1_EAX] = eax;
  }
  if (__get_cpuid(0x80000001u, &eax, &ebx, &ecx, &edx))
    words[EXT1_ECX] = ecx;
  /* OSXSAVE: XGETBV is available. */
  if (words[LEAF1_ECX] & (1u << 27))
    __asm__("xgetbv" : "=a"(processor.savedState), "=d"(edx) : "c"(0));
  return processor;
}

static int hasFeature(const Processor *processor, const char *name,
                      size_t length) {
  for (size_t i = 0; i < sizeof features / sizeof features[0]; ++i) {
    const Feature *feature = &features[i];
    if (strlen(feature->name) == length &&
        memcmp(feature->name, name, length) == 0)
      return ((processor->words[feature->word] >> feature->bit) & 1u) &&
             (processor->savedState & feature->state) == feature->state;
  }
  return 0;
}

/* Whether all features joined by '+' are there. */
static int hasFeatures(const Processor *processor, const char *names,
                       char *missing, size_t size) {
  while (*names) {
    size_t length = strcspn(names, "+");
    if (!hasFeature(processor, names, length)) {
      snprintf(missing, size, "%.*s", (int)length, names);
      return 0;
    }
    names += length + (names[length] == '+');
  }
  return 1;
}

/* The number of levels up to the one of that name; zero for other names. */
static size_t findLevel(const char *name, size_t length) {
  for (size_t i = 0; i < sizeof levels / sizeof levels[0]; ++i)
    if (strlen(levels[i].name) == length &&
        memcmp(levels[i].name, name, length) == 0)
      return i + 1;
  return 0;
}

int bnoptSupportsTarget(const char *target, char *missing, size_t size) {
  Processor processor = readProcessor();
  size_t length = strcspn(target, "+");
  size_t levelCount = findLevel(target, length);
  for (size_t i = 0; i < levelCount; ++i)
    if (!hasFeatures(&processor, levels[i].adds, missing, size))
      return 0;
  if (levelCount)
    target += length + (target[length] == '+');
  return hasFeatures(&processor, target, missing, size);
}
