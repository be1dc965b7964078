#include "node/handlers/document/pdf/content_size.hpp"

#include <Object.h>
#include <PDFDoc.h>
#include <Page.h>
#include <algorithm>
#include <array>

namespace dure::node {

namespace {

/// Returns how many bytes a filter makes of one at most.
std::uint64_t growth_of(StreamKind kind) {
  switch (kind) {
  case strFlate:
    return 1'040; // 258 bytes for two bits, and its blocks.
  case strLZW:
    return 2'800; // 4,096 bytes for twelve bits.
  case strRunLength:
    return 64;
  case strFile:
  case strCachedFile:
  case strASCIIHex:
  case strASCII85:
  case strWeird:
  case strCrypt:
    return 4; // ASCII85 has `z` for four zeros.
  case strCCITTFax:
  case strDCT:
  case strJBIG2:
  case strJPX:
    break;
  }
  return 1'000'000;
}

std::uint64_t most_of(Stream& stream, std::uint64_t bytes_max) {
  const auto raw = stream.getBaseStream()->getLength();
  std::uint64_t most = raw > 0 ? static_cast<std::uint64_t>(raw) : 1;
  for (const Stream* layer = &stream; layer != nullptr && most <= bytes_max;
       layer = layer->getNextStream())
    if (layer->getNextStream() != nullptr)
      most *= growth_of(layer->getKind());
  return most;
}

std::uint64_t count(Stream& stream, std::uint64_t bytes_max) {
  std::array<unsigned char, 16 * 1024> buffer;
  std::uint64_t bytes = 0;
  stream.reset();
  for (int got = 1; got > 0 && bytes <= bytes_max; bytes += static_cast<std::uint64_t>(got))
    got = std::max(0, stream.doGetChars(static_cast<int>(buffer.size()), buffer.data()));
  stream.close();
  return bytes;
}

} // namespace

bool is_content_larger(PDFDoc& document, int page, std::uint64_t bytes_max) {
  const Object contents = document.getPage(page)->getContents();
  const int streams = contents.isArray() ? contents.arrayGetLength() : 1;
  std::uint64_t bytes = 0;
  for (int n = 0; n < streams && bytes <= bytes_max; ++n) {
    const Object one = contents.isArray() ? contents.arrayGet(n) : contents.copy();
    if (!one.isStream())
      continue;
    const std::uint64_t most = most_of(*one.getStream(), bytes_max);
    bytes += bytes + most <= bytes_max ? most : count(*one.getStream(), bytes_max);
  }
  return bytes > bytes_max;
}

} // namespace dure::node
