#include "compiler/link/Link.h"

#include "compiler/link/Embedded.h"
#include "compiler/link/Linker.h"
#include "compiler/link/OutputFile.h"
#include "compiler/link/WeightsObject.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

namespace path = llvm::sys::path;

namespace bnopt {

static std::vector<std::string> getPublicSymbols(LibraryKind kind,
                                                 const LinkInputs &inputs) {
  llvm::StringRef model = inputs.modelName;
  std::vector<std::string> symbols = {(model + "_model").str(),
                                      (model + "_run").str(),
                                      (model + "_set_threads").str()};
  if (inputs.isRefreshable)
    symbols.insert(symbols.end(), {(model + "_refresh").str(),
                                   (model + "_refresh_from").str()});
  if (kind == LibraryKind::Shared)
    symbols.push_back("bnopt_library_model");
  return symbols;
}

namespace {

/// One call of `linkLibrary`: the staged files and what becomes of them.
class Linkage {
public:
  Linkage(const LinkInputs &inputs, llvm::StringRef outputPath,
          const StagingFolder &staging)
      : inputs(inputs), outputPath(outputPath), staging(staging) {}

  llvm::Expected<std::string> makeShared();
  llvm::Expected<std::string> makeObject();
  llvm::Expected<std::string> makeArchive();

private:
  llvm::Expected<std::vector<std::string>> stageObjects();
  llvm::Expected<std::string> stageWeights();
  llvm::Error cannotLink(llvm::Error reason);

  const LinkInputs &inputs;
  llvm::StringRef outputPath;
  const StagingFolder &staging;
};

} // namespace

/// Names the staged files without their folder, which will be gone by then.
llvm::Error Linkage::cannotLink(llvm::Error reason) {
  std::string message = llvm::toString(std::move(reason));
  std::string folder = staging.file("");
  for (size_t at = message.find(folder); at != std::string::npos;
       at = message.find(folder, at))
    message.erase(at, folder.size());
  return llvm::createStringError("cannot link '" + outputPath +
                                 "': " + message);
}

/// LLD reads its inputs from files.
llvm::Expected<std::vector<std::string>> Linkage::stageObjects() {
  std::vector<llvm::MemoryBufferRef> objects = inputs.objects;
  for (llvm::MemoryBufferRef object : getSupportObjects())
    if (inputs.isRefreshable ||
        !object.getBufferIdentifier().starts_with("refresh"))
      objects.push_back(object);
  std::vector<std::string> paths;
  for (auto [index, object] : llvm::enumerate(objects)) {
    std::string name =
        llvm::utostr(index) + "-" +
        path::stem(object.getBufferIdentifier()).take_front(100).str() + ".o";
    auto file = staging.write(
        name, [&](llvm::raw_ostream &os) { os << object.getBuffer(); });
    if (!file)
      return file.takeError();
    paths.push_back(*file);
  }
  return paths;
}

llvm::Expected<std::string> Linkage::stageWeights() {
  return staging.write("weights.o", [&](llvm::raw_ostream &os) {
    writeWeightsObject((inputs.modelName + "_weights").str(), inputs.weights,
                       inputs.isRefreshable, os);
  });
}

llvm::Expected<std::string> Linkage::makeShared() {
  auto objects = stageObjects();
  if (!objects)
    return objects.takeError();
  auto weights = stageWeights();
  if (!weights)
    return weights.takeError();
  auto script = staging.write("symbols", [&](llvm::raw_ostream &os) {
    os << "{ global: ";
    for (llvm::StringRef symbol : getPublicSymbols(LibraryKind::Shared, inputs))
      os << symbol << "; ";
    os << "local: *; };\n";
  });
  if (!script)
    return script.takeError();

  std::string output = staging.file("library");
  std::vector<std::string> arguments = {"-shared",
                                        "-Bsymbolic",
                                        "-soname",
                                        path::filename(outputPath).str(),
                                        "-o",
                                        output,
                                        "--build-id=none",
                                        "--hash-style=gnu",
                                        "--gc-sections",
                                        "--no-undefined",
                                        "-z",
                                        "noexecstack",
                                        "-z",
                                        "relro",
                                        "-z",
                                        "now",
                                        "--version-script=" + *script};
  llvm::append_range(arguments, *objects);
  arguments.push_back(*weights);
  arguments.push_back("--as-needed");
  llvm::append_range(arguments, findSystemLibraries());
  if (llvm::Error error = runLinker(arguments))
    return cannotLink(std::move(error));
  return output;
}

/// Two steps, so that the weights pass through the linker once and never
/// through objcopy, which works in memory: the code becomes one object whose
/// only undefined symbol of the model is `<model>_weights`; the weights are
/// joined to it under that hidden name.
llvm::Expected<std::string> Linkage::makeObject() {
  auto objects = stageObjects();
  if (!objects)
    return objects.takeError();
  // Halide's runtime has section groups. Two models would share them, and the
  // symbols of the second would be left without their sections.
  std::string code = staging.file("code.o");
  std::vector<std::string> arguments = {"-r", "--force-group-allocation", "-o",
                                        code};
  llvm::append_range(arguments, *objects);
  if (llvm::Error error = runLinker(arguments))
    return cannotLink(std::move(error));

  llvm::Error localizeError = llvm::Error::success();
  auto local = staging.write("local.o", [&](llvm::raw_ostream &os) {
    llvm::ErrorAsOutParameter guard(localizeError);
    localizeError = localizeSymbols(
        code, getPublicSymbols(LibraryKind::Object, inputs), os);
  });
  if (localizeError) {
    llvm::consumeError(local.takeError());
    return cannotLink(std::move(localizeError));
  }
  if (!local)
    return local.takeError();
  auto weights = stageWeights();
  if (!weights)
    return weights.takeError();
  std::string output = staging.file("object");
  if (llvm::Error error = runLinker({"-r", "-o", output, *local, *weights}))
    return cannotLink(std::move(error));
  return output;
}

llvm::Expected<std::string> Linkage::makeArchive() {
  auto object = makeObject();
  if (!object)
    return object.takeError();
  auto contents = llvm::MemoryBuffer::getFile(*object, /*IsText=*/false,
                                              /*RequiresNullTerminator=*/false);
  if (std::error_code error = contents.getError())
    return cannotLink(llvm::errorCodeToError(error));
  std::string memberName = (inputs.modelName + ".o").str();
  std::vector<llvm::NewArchiveMember> members;
  members.emplace_back(
      llvm::MemoryBufferRef((*contents)->getBuffer(), memberName));
  std::string output = staging.file("archive");
  if (llvm::Error error = llvm::writeArchive(
          output, members, llvm::SymtabWritingMode::NormalSymtab,
          llvm::object::Archive::K_GNU, /*Deterministic=*/true,
          /*Thin=*/false))
    return cannotWrite(outputPath, llvm::toString(std::move(error)));
  return output;
}

llvm::Error linkLibrary(LibraryKind kind, const LinkInputs &inputs,
                        llvm::StringRef outputPath) {
  auto staging = StagingFolder::create(outputPath);
  if (!staging)
    return staging.takeError();
  Linkage linkage(inputs, outputPath, *staging);
  auto output = kind == LibraryKind::Shared    ? linkage.makeShared()
                : kind == LibraryKind::Archive ? linkage.makeArchive()
                                               : linkage.makeObject();
  if (!output)
    return output.takeError();
  return staging->commit(*output);
}

} // namespace bnopt
