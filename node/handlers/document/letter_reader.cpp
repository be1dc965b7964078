#include "node/handlers/document/letter_reader.hpp"

#include <cstdlib>
#include <dlfcn.h>
#include <utility>

namespace dure::node {

namespace {

struct engine;  // tesseract's TessBaseAPI
struct monitor; // tesseract's ETEXT_DESC

/// Those functions of tesseract's C interface (tesseract/capi.h, versions 4 and 5) that we call.
struct library {
  engine* (*create)();
  void (*destroy)(engine*);
  int (*init)(engine*, const char* folder, const char* languages);
  int (*set_variable)(engine*, const char* name, const char* value);
  void (*set_image)(engine*, const unsigned char* pixels, int width, int height, int pixel_bytes,
                    int line_bytes);
  void (*set_resolution)(engine*, int pixels_per_inch);
  int (*recognise)(engine*, monitor*);
  char* (*text)(engine*);
  void (*clear)(engine*);
  void (*free_text)(const char*);
  monitor* (*create_monitor)();
  void (*destroy_monitor)(monitor*);
  void (*set_deadline)(monitor*, int milliseconds);
};

template <class Function> bool find(void* handle, const char* name, Function& into) {
  into = reinterpret_cast<Function>(::dlsym(handle, name));
  return into != nullptr;
}

bool find_all(void* handle, library& in) {
  return find(handle, "TessBaseAPICreate", in.create) &&
         find(handle, "TessBaseAPIDelete", in.destroy) &&
         find(handle, "TessBaseAPIInit3", in.init) &&
         find(handle, "TessBaseAPISetVariable", in.set_variable) &&
         find(handle, "TessBaseAPISetImage", in.set_image) &&
         find(handle, "TessBaseAPISetSourceResolution", in.set_resolution) &&
         find(handle, "TessBaseAPIRecognize", in.recognise) &&
         find(handle, "TessBaseAPIGetUTF8Text", in.text) &&
         find(handle, "TessBaseAPIClear", in.clear) &&
         find(handle, "TessDeleteText", in.free_text) &&
         find(handle, "TessMonitorCreate", in.create_monitor) &&
         find(handle, "TessMonitorDelete", in.destroy_monitor) &&
         find(handle, "TessMonitorSetDeadlineMSecs", in.set_deadline);
}

/// Loads tesseract once; nothing when it is not installed.
const library* loaded() {
  static const std::optional<library> found = []() -> std::optional<library> {
    ::setenv("OMP_THREAD_LIMIT", "1", 1); // A slot is one core.
    for (const char* name : {"libtesseract.so.5", "libtesseract.so.4"}) {
      library in{};
      if (void* handle = ::dlopen(name, RTLD_NOW | RTLD_LOCAL); handle && find_all(handle, in))
        return in;
    }
    return std::nullopt;
  }();
  return found ? &*found : nullptr;
}

} // namespace

struct letter_reader::state {
  explicit state(const library& tesseract) : use{tesseract}, api{tesseract.create()} {}

  ~state() { use.destroy(api); }

  state(const state&) = delete;
  state& operator=(const state&) = delete;

  const library& use;
  engine* api;
};

std::variant<letter_reader, std::string> letter_reader::open(const std::string& languages) {
  const library* tesseract = loaded();
  if (tesseract == nullptr)
    return std::string{"tesseract is not installed on this node"};
  auto opened = std::make_unique<state>(*tesseract);
  if (tesseract->init(opened->api, nullptr, languages.c_str()) != 0)
    return "tesseract on this node does not know one of the languages " + languages;
  tesseract->set_variable(opened->api, "debug_file", "/dev/null");
  return letter_reader{std::move(opened)};
}

letter_reader::letter_reader(std::unique_ptr<state> opened) : state_{std::move(opened)} {}

letter_reader::~letter_reader() = default;
letter_reader::letter_reader(letter_reader&&) noexcept = default;
letter_reader& letter_reader::operator=(letter_reader&&) noexcept = default;

std::optional<std::string> letter_reader::read(const grey_picture& picture,
                                               std::chrono::milliseconds within) {
  const library& use = state_->use;
  use.set_image(state_->api, picture.pixels.data(), picture.width, picture.height, 1,
                picture.width);
  use.set_resolution(state_->api, picture.resolution);
  monitor* const watching = use.create_monitor();
  use.set_deadline(watching, static_cast<int>(within.count()));
  const int failed = use.recognise(state_->api, watching);
  use.destroy_monitor(watching);
  std::optional<std::string> text;
  if (char* const found = failed == 0 ? use.text(state_->api) : nullptr) {
    text = found;
    use.free_text(found);
  }
  use.clear(state_->api);
  return text;
}

} // namespace dure::node
