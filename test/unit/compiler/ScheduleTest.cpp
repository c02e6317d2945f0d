//===- ScheduleTest.cpp - Generated kernels against the reference ---------===//

#include "ScheduleTest.h"

#include "dialect/AllDialects.h"
#include "dialect/Kernel/KernelLayouts.h"
#include "dialect/NN/NNOps.h"

#include "HalideRuntime.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace mlir;
using namespace bnopt;
using reference::Tensor;

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

std::string bnopt::getType(ArrayRef<int64_t> shape) {
  std::string text = "tensor<";
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + "f32>";
}

std::string bnopt::getLayout(ArrayRef<int64_t> shape, ArrayRef<int64_t> halo,
                             int64_t bufferChannels) {
  SmallVector<int64_t> bufferShape(shape);
  if (bufferChannels)
    bufferShape[1] = bufferChannels;
  auto join = [](ArrayRef<int64_t> values) {
    return llvm::join(
        llvm::map_range(values, [](int64_t v) { return std::to_string(v); }),
        ", ");
  };
  std::string text = "#kernel.layout<strides = [" +
                     join(kernel::getChannelsLastStrides(bufferShape, halo)) +
                     "]";
  if (!halo.empty())
    text += ", halo = [" + join(halo) + "]";
  return text + ">";
}

std::string bnopt::withLayout(StringRef layout) {
  return layout.empty() ? "" : "{kernel.layout = " + layout.str() + "}";
}

std::string
bnopt::getTargetTestName(const ::testing::TestParamInfo<const char *> &info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

namespace {
constexpr float poison = std::numeric_limits<float>::quiet_NaN();
constexpr int64_t marginElements = 64;

/// A tensor in the memory of a kernel, and its descriptor.
class Buffer {
public:
  /// Of a tensor of `type` in `layout`; an interior view if `isResult`.
  Buffer(RankedTensorType type, Attribute layout, bool isResult,
         bool isTransposed);

  void fill(const Tensor &tensor);
  Tensor read() const;
  /// Whether everything but the elements is as it was.
  bool isSurroundingIntact(const Buffer &before) const;

  halide_buffer_t *descriptor() { return &buffer; }
  /// Lets the descriptor describe this tensor in the memory of `other`.
  void moveTo(Buffer &other) {
    memory = other.memory;
    buffer.host = reinterpret_cast<uint8_t *>(memory->data() + firstOffset);
  }

  /// Offset of a logical position.
  int64_t at(ArrayRef<int64_t> position) const {
    return interior + reference::getOffset(position, strides);
  }

  std::shared_ptr<std::vector<float>> memory;

private:
  void describe(ArrayRef<int64_t> order, bool isResult);

  RankedTensorType type;
  /// The tile of packed weights, else 0.
  int64_t tile = 0;
  bool isTransposed;
  SmallVector<int64_t> shape, strides, halo;
  int64_t interior = marginElements, firstOffset = marginElements;
  std::vector<halide_dimension_t> dimensions;
  halide_buffer_t buffer = {};
};
} // namespace

Buffer::Buffer(RankedTensorType type, Attribute layout, bool isResult,
               bool isTransposed)
    : type(type), isTransposed(isTransposed) {
  shape = llvm::to_vector(type.getShape());
  SmallVector<int64_t> order = kernel::getBufferDimOrder(shape.size());
  if (auto packed = dyn_cast_or_null<kernel::PackedAttr>(layout)) {
    tile = packed.getTile();
    shape = kernel::getPackedShape(shape, tile, isTransposed);
    strides = kernel::getRowMajorStrides(shape);
    halo.assign(2 * shape.size(), 0);
    order = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, shape.size())));
  } else {
    strides = kernel::getStrides(type, layout);
    halo = kernel::getHalo(shape.size(), layout);
  }
  int64_t last = 0;
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    interior += halo[2 * dim] * strides[dim];
    last += (shape[dim] + halo[2 * dim + 1] - 1) * strides[dim];
  }
  memory = std::make_shared<std::vector<float>>(
      interior + last + 1 + marginElements, poison);
  describe(order, isResult);
}

void Buffer::describe(ArrayRef<int64_t> order, bool isResult) {
  if (isResult)
    firstOffset = interior;
  for (int64_t dim : order) {
    int64_t low = isResult ? 0 : halo[2 * dim],
            high = isResult ? 0 : halo[2 * dim + 1];
    dimensions.push_back({static_cast<int32_t>(-low),
                          static_cast<int32_t>(shape[dim] + low + high),
                          static_cast<int32_t>(strides[dim]), 0});
  }
  buffer.host = reinterpret_cast<uint8_t *>(memory->data() + firstOffset);
  buffer.type = halide_type_t(halide_type_float, 32);
  buffer.dimensions = dimensions.size();
  buffer.dim = dimensions.data();
}

void Buffer::fill(const Tensor &tensor) {
  // The halo reads as zero.
  SmallVector<int64_t> padded(shape), low(shape.size());
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    padded[dim] += halo[2 * dim] + halo[2 * dim + 1];
    low[dim] = halo[2 * dim];
  }
  reference::forEachPosition(padded, [&](ArrayRef<int64_t> position) {
    (*memory)[at(position) - reference::getOffset(low, strides)] = 0;
  });
  int64_t index = 0;
  reference::forEachPosition(type.getShape(), [&](ArrayRef<int64_t> position) {
    float value = static_cast<float>(tensor[index++]);
    if (!tile) {
      (*memory)[at(position)] = value;
      return;
    }
    // ⌈O/tile⌉×K1×…×I×tile
    SmallVector<int64_t> logical(position);
    if (logical.size() == 2 && !isTransposed)
      std::swap(logical[0], logical[1]);
    SmallVector<int64_t> packed = {logical[0] / tile};
    llvm::append_range(packed, ArrayRef(logical).drop_front(2));
    packed.append({logical[1], logical[0] % tile});
    (*memory)[at(packed)] = value;
  });
}

Tensor Buffer::read() const {
  Tensor tensor(shape);
  int64_t index = 0;
  reference::forEachPosition(shape, [&](ArrayRef<int64_t> position) {
    tensor[index++] = (*memory)[at(position)];
  });
  return tensor;
}

bool Buffer::isSurroundingIntact(const Buffer &before) const {
  std::vector<float> now = *memory, then = *before.memory;
  reference::forEachPosition(shape, [&](ArrayRef<int64_t> position) {
    now[at(position)] = then[at(position)] = 0;
  });
  return std::memcmp(now.data(), then.data(), now.size() * sizeof(float)) == 0;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

namespace {
/// One case after parsing.
struct ParsedCase {
  OwningOpRef<ModuleOp> module;
  kernel::FuncOp kernel;
  SmallVector<Tensor> inputs;
  Tensor expected;
};
} // namespace

static Tensor getRandomTensor(ArrayRef<int64_t> shape,
                              std::mt19937 &generator) {
  std::uniform_real_distribution<float> distribution(-1, 1);
  Tensor tensor(shape);
  for (double &value : tensor.data)
    value = distribution(generator);
  return tensor;
}

/// A function @f that launches @k, for the interpreter.
static std::string getLaunchText(kernel::FuncOp kernel) {
  auto print = [](Type type) {
    std::string text;
    llvm::raw_string_ostream(text) << type;
    return text;
  };
  std::string arguments, names, types;
  for (auto [index, type] : llvm::enumerate(kernel.getArgumentTypes())) {
    std::string separator = index ? ", " : "",
                name = "%a" + std::to_string(index);
    arguments += separator + name + ": " + print(type);
    names += separator + name;
    types += separator + print(type);
  }
  std::string result = print(kernel.getResultTypes().front());
  std::string ins = names.empty() ? "" : " ins(" + names + " : " + types + ")";
  return "func.func @f(" + arguments + ") -> " + result +
         " {\n  %y = kernel.launch @k" + ins + " -> " + result +
         "\n  return %y : " + result + "\n}\n";
}

static bool isTransposedB(BlockArgument arg) {
  for (Operation *user : arg.getUsers())
    if (auto gemm = dyn_cast<nn::GemmOp>(user))
      return gemm.getTransB();
  return false;
}

static std::optional<ParsedCase> parseCase(const KernelCase &kernelCase,
                                           MLIRContext &context) {
  ParsedCase parsed;
  parsed.module = parseSourceString<ModuleOp>(kernelCase.text, &context);
  if (!parsed.module) {
    ADD_FAILURE() << kernelCase.name << ": cannot parse\n" << kernelCase.text;
    return std::nullopt;
  }
  auto first = *parsed.module->getOps<kernel::FuncOp>().begin();
  std::string text = kernelCase.text + getLaunchText(first);
  parsed.module = parseSourceString<ModuleOp>(text, &context);
  parsed.kernel = *parsed.module->getOps<kernel::FuncOp>().begin();
  std::mt19937 generator(42);
  for (Type type : parsed.kernel.getArgumentTypes())
    parsed.inputs.push_back(
        getRandomTensor(cast<RankedTensorType>(type).getShape(), generator));
  auto function = *parsed.module->getOps<func::FuncOp>().begin();
  auto results = reference::interpret(function, parsed.inputs);
  if (failed(results)) {
    ADD_FAILURE() << kernelCase.name << ": cannot interpret\n" << text;
    return std::nullopt;
  }
  parsed.expected = std::move(results->front());
  return parsed;
}

static void compare(const KernelCase &kernelCase, const Tensor &actual,
                    const Tensor &expected) {
  double largest = 1e-3, difference = 0;
  for (double value : expected.data)
    largest = std::max(largest, std::abs(value));
  for (auto [a, e] : llvm::zip_equal(actual.data, expected.data))
    difference = std::isnan(a) ? std::numeric_limits<double>::infinity()
                               : std::max(difference, std::abs(a - e));
  EXPECT_LE(difference, 1e-5 * largest) << kernelCase.name << "\n"
                                        << kernelCase.text;
}

static void runCase(const KernelCase &kernelCase, ParsedCase &parsed,
                    const LoadedKernels &loaded, StringRef symbol) {
  kernel::FuncOp kernel = parsed.kernel;
  std::vector<Buffer> buffers;
  buffers.reserve(kernel.getNumArguments() + 1);
  for (BlockArgument arg : kernel.getBody().getArguments()) {
    buffers.emplace_back(cast<RankedTensorType>(arg.getType()),
                         kernel.getArgLayout(arg.getArgNumber()),
                         /*isResult=*/false, isTransposedB(arg));
    buffers.back().fill(parsed.inputs[arg.getArgNumber()]);
  }
  buffers.emplace_back(cast<RankedTensorType>(kernel.getResultTypes().front()),
                       kernel.getResultLayout(), /*isResult=*/true, false);
  Buffer &result = buffers.back();
  if (kernelCase.aliased)
    result.moveTo(buffers[*kernelCase.aliased]);
  Buffer before = result;
  before.memory = std::make_shared<std::vector<float>>(*result.memory);

  SmallVector<halide_buffer_t *> descriptors;
  for (Buffer &buffer : buffers)
    descriptors.push_back(buffer.descriptor());
  auto status = loaded.call(symbol, descriptors);
  ASSERT_TRUE(bool(status)) << llvm::toString(status.takeError());
  EXPECT_EQ(*status, 0) << kernelCase.name;
  compare(kernelCase, result.read(), parsed.expected);
  EXPECT_TRUE(result.isSurroundingIntact(before))
      << kernelCase.name << " writes outside its result\n"
      << kernelCase.text;
}

Operand bnopt::lastC(llvm::ArrayRef<int64_t> shape,
                     llvm::ArrayRef<int64_t> halo, int64_t bufferChannels) {
  return {llvm::SmallVector<int64_t>(shape),
          getLayout(shape, halo, bufferChannels)};
}

KernelCase bnopt::makeCase(std::string name, llvm::ArrayRef<Operand> arguments,
                           const Operand &result, std::string body,
                           std::string attributes) {
  std::string signature;
  llvm::SmallVector<std::pair<char, std::string>> types = {
      {'Y', getType(result.shape)}};
  for (auto [index, argument] : llvm::enumerate(arguments)) {
    signature += (index ? ", %" : "%") + std::string(1, 'a' + index) + ": " +
                 getType(argument.shape) + " " + withLayout(argument.layout);
    types.emplace_back('A' + index, getType(argument.shape));
  }
  std::string expanded;
  for (char letter : body) {
    auto *found =
        llvm::find_if(types, [&](auto &type) { return type.first == letter; });
    if (found == types.end())
      expanded += letter;
    else
      expanded += found->second;
  }
  return {std::move(name),
          "kernel.func @k(" + signature + ") -> (" + getType(result.shape) +
              " " + withLayout(result.layout) + ")" +
              (attributes.empty() ? "" : " attributes {" + attributes + "}") +
              " {\n  " + expanded +
              "\n  kernel.return %y : " + getType(result.shape) + "\n}\n"};
}

ScheduleTest::ScheduleTest() {
  DialectRegistry registry;
  registerAllDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
}

void ScheduleTest::check(ArrayRef<KernelCase> cases,
                         const EmitOptions &options) {
  auto native = Target::parse("native"), target = Target::parse(GetParam());
  ASSERT_TRUE(bool(native) && bool(target));
  // Kernels run in this process: an instruction that the processor lacks would
  // end it.
  if (target->level() > native->level())
    GTEST_SKIP() << "this machine cannot run code for " << GetParam();
  // All kernels become one module, under names of their own.
  OwningOpRef<ModuleOp> all = ModuleOp::create(UnknownLoc::get(&context));
  std::vector<std::pair<const KernelCase *, ParsedCase>> parsedCases;
  for (const KernelCase &kernelCase : cases) {
    std::optional<ParsedCase> parsed = parseCase(kernelCase, context);
    if (!parsed)
      continue;
    kernel::FuncOp clone = parsed->kernel.clone();
    clone.setSymName("k" + std::to_string(parsedCases.size()));
    all->push_back(clone);
    parsedCases.emplace_back(&kernelCase, std::move(*parsed));
  }
  auto kernels = emitKernels(*all, *target, options);
  ASSERT_TRUE(succeeded(kernels));
  auto loaded = LoadedKernels::load(*kernels, *target);
  ASSERT_TRUE(bool(loaded)) << llvm::toString(loaded.takeError());
  ASSERT_FALSE((*loaded)->setThreads(2));
  for (auto [index, entry] : llvm::enumerate(parsedCases))
    runCase(*entry.first, entry.second, **loaded, (*kernels)[index].symbol);
}
