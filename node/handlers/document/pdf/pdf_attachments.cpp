#include "node/handlers/document/pdf/pdf_attachments.hpp"

#include "node/handlers/document/pdf/pdf_text.hpp"
#include "node/handlers/document/pdf/stream_file.hpp"

#include <Catalog.h>
#include <FileSpec.h>
#include <PDFDoc.h>
#include <Page.h>

namespace dure::node {

namespace {

using nlohmann::json;

constexpr std::size_t attachments_max = 1'000;
constexpr std::uint64_t attachment_bytes_max = std::uint64_t{32} << 20;
constexpr const char* unknown_type = "application/octet-stream";

std::string text_of(const GooString* value) {
  return value == nullptr ? "" : utf8_of_text_string(value->toStr());
}

/// A media type goes into a header when the artifact is fetched.
std::string media_type_of(const EmbFile& file) {
  const std::string type = file.mimeType() == nullptr ? "" : file.mimeType()->toStr();
  const bool good =
      !type.empty() && type.size() <= 100 && type.find('/') != std::string::npos &&
      type.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "/+-._") == std::string::npos;
  return good ? type : unknown_type;
}

/// Takes one file: lists it, and keeps its bytes where they fit.
void take(FileSpec& named, int page, std::size_t listed, found_files& found) {
  EmbFile* file = named.isOk() ? named.getEmbeddedFile() : nullptr;
  const std::size_t number = listed + found.attachments.size() + 1;
  if (number > attachments_max || file == nullptr || file->stream() == nullptr)
    return;
  const std::string artifact = "attachment-" + std::to_string(number);
  json entry{{"name", text_of(named.getFileName())},
             {"description", text_of(named.getDescription())},
             {"media_type", media_type_of(*file)},
             {"page", page > 0 ? json(page) : json(nullptr)},
             {"size", nullptr},
             {"artifact", nullptr}};
  if (const auto path = found.room_for(artifact)) {
    const auto bytes = write_stream(*file->stream(), *path, attachment_bytes_max);
    if (!bytes) {
      found.warnings.push_back("attachment_too_large: " + artifact + " was not kept");
    } else if (found.keep({artifact, entry["media_type"].get<std::string>()})) {
      entry["size"] = *bytes;
      entry["artifact"] = artifact;
    }
  }
  found.attachments.push_back(std::move(entry));
}

} // namespace

void gather_attachments(PDFDoc& document, std::size_t listed, found_files& found) {
  Catalog& catalog = *document.getCatalog();
  for (int n = 0; n < catalog.numEmbeddedFiles(); ++n)
    if (const auto named = catalog.embeddedFile(n))
      take(*named, 0, listed, found);
}

void gather_attachments(PDFDoc& document, int page, std::size_t listed, found_files& found) {
  const Object marks = document.getPage(page)->getAnnotsObject();
  const int count = marks.isArray() ? marks.arrayGetLength() : 0;
  for (int n = 0; n < count; ++n) {
    const Object mark = marks.arrayGet(n);
    if (!mark.isDict() || !mark.dictLookup("Subtype").isName("FileAttachment"))
      continue;
    const Object file = mark.dictLookup("FS");
    FileSpec named{&file};
    take(named, page, listed, found);
  }
}

} // namespace dure::node
