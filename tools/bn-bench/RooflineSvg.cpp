//===- RooflineSvg.cpp - The roofline as a picture ------------------------===//
//
// Every case has the same arithmetic for each byte, so a roofline over the
// arithmetic intensity would be a point. Instead each case is a column: its
// roofline, the kernel below it, and the rivals, in bytes that have to be moved
// per second.
//
//===----------------------------------------------------------------------===//

#include "NormReport.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>

using namespace bnopt;

namespace {
/// A picture with a panel for each direction and number of threads, below each
/// other.
class RooflineSvg {
public:
  RooflineSvg(llvm::ArrayRef<NormResult> results, llvm::raw_ostream &os)
      : results(results), os(os) {}

  void print();

private:
  struct Panel {
    Direction direction;
    int threads;
    std::vector<const NormResult *> cases;
  };

  std::vector<Panel> getPanels() const;
  void printPanel(const Panel &panel, int top);
  void printAxis(const Panel &panel, int top, double largest);
  void printCase(const NormResult &result, double x, int top, double largest);
  void printLegend();
  void printText(double x, double y, const std::string &anchor,
                 const std::string &text, const std::string &more = "");

  llvm::ArrayRef<NormResult> results;
  llvm::raw_ostream &os;
};

constexpr int left = 60, column = 26, panelHeight = 300, plotHeight = 150,
              head = 50;

const char *const ownColor = "#0072b2", *const roofColor = "#333333",
                  *const eagerColor = "#d55e00",
                  *const compileColor = "#009e73";
} // namespace

/// GB/s of the bytes that have to be moved in `seconds`.
static double getRate(const NormResult &result, double seconds) {
  return result.minimalBytes() / seconds * 1e-9;
}

std::vector<RooflineSvg::Panel> RooflineSvg::getPanels() const {
  std::vector<Panel> panels;
  for (const NormResult &result : results) {
    auto found = std::find_if(panels.begin(), panels.end(), [&](Panel &panel) {
      return panel.direction == result.direction &&
             panel.threads == result.threads;
    });
    if (found == panels.end())
      found =
          panels.insert(panels.end(), {result.direction, result.threads, {}});
    found->cases.push_back(&result);
  }
  return panels;
}

void RooflineSvg::printText(double x, double y, const std::string &anchor,
                            const std::string &text, const std::string &more) {
  os << llvm::formatv(
      "<text x=\"{0:F1}\" y=\"{1:F1}\" text-anchor=\"{2}\"{3}>{4}</text>\n", x,
      y, anchor, more.empty() ? "" : " " + more, text);
}

void RooflineSvg::printAxis(const Panel &panel, int top, double largest) {
  const double right =
      left + column * static_cast<double>(panel.cases.size() + 1);
  constexpr int steps = 5;
  for (int i = 0; i <= steps; ++i) {
    const double y = top + plotHeight - double(plotHeight) * i / steps;
    os << llvm::formatv("<line x1=\"{0}\" y1=\"{1:F1}\" x2=\"{2:F1}\" "
                        "y2=\"{1:F1}\" stroke=\"#dddddd\"/>\n",
                        left, y, right);
    printText(left - 6, y + 4, "end",
              llvm::formatv("{0:F0}", largest * i / steps));
  }
  printText(left, top - 10, "start",
            llvm::formatv("{0}, {1} thread{2}: GB/s of the bytes that have to "
                          "be moved",
                          panel.direction == Direction::Forward ? "Forward"
                                                                : "Backward",
                          panel.threads, panel.threads == 1 ? "" : "s"),
            "font-weight=\"bold\"");
}

void RooflineSvg::printCase(const NormResult &result, double x, int top,
                            double largest) {
  const auto getY = [&](double seconds) {
    return top + plotHeight * (1 - getRate(result, seconds) / largest);
  };
  const double own = getY(result.own.min());
  os << llvm::formatv("<rect x=\"{0:F1}\" y=\"{1:F1}\" width=\"12\" "
                      "height=\"{2:F1}\" fill=\"{3}\"><title>{4} {5}: {6:F1} % "
                      "of the roofline</title></rect>\n",
                      x - 6, own, top + plotHeight - own, ownColor,
                      result.shape.sizeText(), result.shape.nameText(),
                      100 * result.share());
  os << llvm::formatv("<line x1=\"{0:F1}\" y1=\"{1:F1}\" x2=\"{2:F1}\" "
                      "y2=\"{1:F1}\" stroke=\"{3}\" stroke-width=\"2\"/>\n",
                      x - 11, getY(result.rooflineSeconds()), x + 11,
                      roofColor);
  for (const RivalSamples &rival : result.rivals)
    if (rival.memory == RivalMemory::Kept)
      os << llvm::formatv(
          "<circle cx=\"{0:F1}\" cy=\"{1:F1}\" r=\"3.5\" fill=\"{2}\" "
          "stroke=\"white\"/>\n",
          x, getY(rival.samples.min()),
          rival.how == "eager" ? eagerColor : compileColor);
  const double y = top + plotHeight + 10;
  printText(x + 4, y, "end",
            result.shape.sizeText() + " " + result.shape.nameText(),
            llvm::formatv("transform=\"rotate(-60 {0:F1} {1:F1})\"", x + 4, y));
}

void RooflineSvg::printPanel(const Panel &panel, int top) {
  double largest = 0;
  for (const NormResult *result : panel.cases)
    largest = std::max({largest, getRate(*result, result->rooflineSeconds()),
                        getRate(*result, result->own.min())});
  largest = std::ceil(largest / 10) * 10;
  printAxis(panel, top, largest);
  double x = left + column;
  for (const NormResult *result : panel.cases) {
    printCase(*result, x, top, largest);
    x += column;
  }
}

void RooflineSvg::printLegend() {
  const std::pair<const char *, const char *> entries[] = {
      {ownColor, "bn-opt"},
      {roofColor, "roofline: the same bytes in plain sweeps"},
      {eagerColor, "PyTorch eager, memory kept"},
      {compileColor, "torch.compile, memory kept"}};
  double x = left;
  for (auto [color, text] : entries) {
    os << llvm::formatv("<rect x=\"{0:F1}\" y=\"11\" width=\"10\" "
                        "height=\"10\" fill=\"{1}\"/>\n",
                        x, color);
    printText(x + 15, 20, "start", text);
    x += 40 + 6.5 * static_cast<double>(llvm::StringRef(text).size());
  }
}

void RooflineSvg::print() {
  const std::vector<Panel> panels = getPanels();
  size_t columns = 30;
  for (const Panel &panel : panels)
    columns = std::max(columns, panel.cases.size() + 2);
  os << llvm::formatv(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
      "font-family=\"sans-serif\" font-size=\"11\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
      left + columns * column, head + panels.size() * panelHeight);
  printLegend();
  int top = head + 20;
  for (const Panel &panel : panels) {
    printPanel(panel, top);
    top += panelHeight;
  }
  os << "</svg>\n";
}

void bnopt::printRooflineSvg(llvm::ArrayRef<NormResult> results,
                             llvm::raw_ostream &os) {
  RooflineSvg(results, os).print();
}
