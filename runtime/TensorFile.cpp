#include "runtime/TensorFile.h"

#include <algorithm>

namespace bnopt {

Tensor readTensor(const std::string &path) {
  if (path.ends_with(".npy"))
    return readNpy(path);
  if (path.ends_with(".pb"))
    return readOnnxTensor(path);
  throw RuntimeError("cannot read '" + path +
                     "': tensor files end in .npy or .pb");
}

std::string fileNameFor(std::string_view tensorName) {
  static constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  std::string name(tensorName);
  for (char &c : name)
    if (plain.find(c) == std::string_view::npos)
      c = '_';
  return name.empty() || name.starts_with('.') ? "_" + name : name;
}

} // namespace bnopt
