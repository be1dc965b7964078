/// Runs a fuzz entry as a plain test: every file of the given folders (`.hex` files are hex text),
/// and seeded mutations of each. With clang, link the entry with -fsanitize=fuzzer instead.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

constexpr int mutations_of_each = 3'000;

std::string from_hex(const std::string& text) {
  static const std::string digits = "0123456789abcdef";
  std::string bytes;
  std::size_t high = std::string::npos;
  for (char c : text) {
    auto value = digits.find(c);
    if (value == std::string::npos)
      continue;
    if (high == std::string::npos) {
      high = value;
      continue;
    }
    bytes += static_cast<char>(high << 4 | value);
    high = std::string::npos;
  }
  return bytes;
}

std::vector<std::string> read_corpus(const std::filesystem::path& folder) {
  std::vector<std::string> inputs;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
    if (!entry.is_regular_file() || entry.path().extension() == ".md")
      continue;
    std::ifstream in{entry.path(), std::ios::binary};
    std::string content{std::istreambuf_iterator<char>{in}, {}};
    inputs.push_back(entry.path().extension() == ".hex" ? from_hex(content) : content);
  }
  return inputs;
}

std::string mutated(std::string input, const std::string& other, std::mt19937_64& random) {
  for (auto changes = 1 + random() % 4; changes > 0 && !input.empty(); --changes) {
    auto at = random() % input.size();
    switch (random() % 5) {
    case 0:
      input[at] = static_cast<char>(random());
      break;
    case 1:
      input[at] = static_cast<char>(input[at] ^ (1 << random() % 8));
      break;
    case 2:
      input.resize(at);
      break;
    case 3:
      input.insert(at, other, random() % (other.size() + 1), random() % 64);
      break;
    case 4:
      input.erase(at, random() % 64);
      break;
    }
  }
  return input;
}

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

} // namespace

int main(int count, char** folders) {
  std::vector<std::string> corpus;
  for (int i = 1; i < count; ++i) {
    auto more = read_corpus(folders[i]);
    corpus.insert(corpus.end(), more.begin(), more.end());
  }
  if (corpus.empty()) {
    std::fprintf(stderr, "usage: %s FOLDER…   (found no input)\n", folders[0]);
    return 1;
  }
  std::mt19937_64 random{1};
  run("");
  for (const auto& input : corpus) {
    run(input);
    for (int i = 0; i < mutations_of_each; ++i)
      run(mutated(input, corpus[random() % corpus.size()], random));
  }
  std::printf("%zu inputs, %zu runs\n", corpus.size(), corpus.size() * (mutations_of_each + 1) + 1);
}
