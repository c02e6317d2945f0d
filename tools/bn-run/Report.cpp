#include "tools/bn-run/Report.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <cstdio>

namespace bnopt {

static double minimum(const std::vector<double> &values) {
  return *std::min_element(values.begin(), values.end());
}

static double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  size_t half = values.size() / 2;
  return values.size() % 2 ? values[half]
                           : (values[half - 1] + values[half]) / 2;
}

static double maxAbsoluteError(const Comparison &comparison) {
  double largest = 0;
  for (const OutputError &error : comparison.errors)
    largest = std::max(largest, error.maxAbsolute);
  return largest;
}

double maxRelativeError(const Comparison &comparison) {
  double largest = 0;
  for (const OutputError &error : comparison.errors)
    largest = std::max(largest, error.maxRelative);
  return largest;
}

static std::string quote(const std::string &text) {
  std::string result = "\"";
  for (unsigned char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += static_cast<char>(c);
    } else if (c < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", c);
      result += escaped;
    } else {
      result += static_cast<char>(c);
    }
  }
  return result + '"';
}

/// JSON has no infinity; a number that overflows reads as one.
static std::string number(double value) {
  if (std::isinf(value))
    return "1e999";
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

static void printJson(const Session &session, const RunOptions &options,
                      const Comparison &comparison) {
  const bnopt_model &model = session.model();
  auto print = [](const char *key, const std::string &value) {
    std::printf(",\n  \"%s\": %s", key, value.c_str());
  };
  const Latencies &latencies = comparison.latencies;
  std::printf("{\n  \"model\": %s", quote(model.name).c_str());
  print("target", quote(model.target));
  print("workspace_bytes", std::to_string(model.workspace_size));
  if (session.getRefreshTime())
    print("refresh_ms", number(*session.getRefreshTime()));
  print("threads", std::to_string(options.threads));
  print("repeat", std::to_string(options.repeat));
  print("min_ms", number(minimum(latencies.own)));
  print("median_ms", number(median(latencies.own)));
  if (!comparison.peer.empty()) {
    print("peer", quote(comparison.peer));
    if (!latencies.peer.empty()) {
      print("peer_min_ms", number(minimum(latencies.peer)));
      print("peer_median_ms", number(median(latencies.peer)));
    }
    print("max_abs_error", number(maxAbsoluteError(comparison)));
    print("max_rel_error", number(maxRelativeError(comparison)));
    print("tolerance", number(options.tolerance));
  }
  std::printf("\n}\n");
}

static void printLatencies(const std::string &who,
                           const std::vector<double> &values, int threads) {
  std::string count = threads ? std::to_string(threads) +
                                    (threads == 1 ? " thread" : " threads")
                              : "all processors";
  std::printf("%s: min %.3f ms, median %.3f ms (%zu runs, %s)\n", who.c_str(),
              minimum(values), median(values), values.size(), count.c_str());
}

static void printText(const Session &session, const RunOptions &options,
                      const Comparison &comparison) {
  const bnopt_model &model = session.model();
  if (session.getRefreshTime())
    std::printf("refreshed from '%s': %" PRId32 " parameters in %.3f ms\n",
                options.refresh.c_str(), model.num_parameters,
                *session.getRefreshTime());
  const Latencies &latencies = comparison.latencies;
  printLatencies(std::string(model.name) + " for " + model.target,
                 latencies.own, options.threads);
  if (!latencies.peer.empty()) {
    printLatencies(comparison.peer, latencies.peer, options.threads);
    std::printf("ratio of the minima: %.3f\n",
                minimum(latencies.own) / minimum(latencies.peer));
  }
  for (const OutputError &error : comparison.errors)
    std::printf("output '%s': max |difference| %.3g, %.3g of max |reference|, "
                "%s %g\n",
                error.name.c_str(), error.maxAbsolute, error.maxRelative,
                error.maxRelative <= options.tolerance ? "within" : "above",
                options.tolerance);
}

void printReport(const Session &session, const RunOptions &options,
                 const Comparison &comparison) {
  if (options.json)
    printJson(session, options, comparison);
  else
    printText(session, options, comparison);
}

} // namespace bnopt
