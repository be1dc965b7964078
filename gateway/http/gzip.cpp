#include "gateway/http/gzip.hpp"

#include "actors/core/error.hpp"

#include <array>
#include <zlib.h>

namespace dure::gateway {

namespace {

/// Fast, because the thread that compresses has other things to do; JSON shrinks well anyway.
constexpr int level = 3;
constexpr int gzip_window_bits = 15 + 16; // 16: the gzip format, see zlib.h.
constexpr int memory_level = 8;           // zlib's default.
constexpr std::size_t step_bytes = 32 * 1024;

} // namespace

struct gzip_encoder::stream {
  stream() {
    DURE_CHECK(deflateInit2(&z, level, Z_DEFLATED, gzip_window_bits, memory_level,
                            Z_DEFAULT_STRATEGY) == Z_OK);
  }

  ~stream() { deflateEnd(&z); }

  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  z_stream z{};
};

gzip_encoder::gzip_encoder() : stream_{std::make_unique<stream>()} {}

gzip_encoder::~gzip_encoder() = default;
gzip_encoder::gzip_encoder(gzip_encoder&&) noexcept = default;
gzip_encoder& gzip_encoder::operator=(gzip_encoder&&) noexcept = default;

std::string gzip_encoder::push(std::string_view bytes, bool last) {
  auto& z = stream_->z;
  std::string out;
  std::array<char, step_bytes> step;
  do {
    // avail_in is 32 bits wide; a body may be larger.
    auto piece = bytes.substr(0, 1U << 30);
    bytes.remove_prefix(piece.size());
    // zlib does not write through next_in; its type is older than const.
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    z.avail_in = static_cast<uInt>(piece.size());
    auto flush = last && bytes.empty() ? Z_FINISH : Z_NO_FLUSH;
    do {
      z.next_out = reinterpret_cast<Bytef*>(step.data());
      z.avail_out = static_cast<uInt>(step.size());
      DURE_CHECK(deflate(&z, flush) != Z_STREAM_ERROR);
      out.append(step.data(), step.size() - z.avail_out);
    } while (z.avail_out == 0);
  } while (!bytes.empty());
  return out;
}

} // namespace dure::gateway
