#include "node/blobs/blob_cache.hpp"

#include "node/blobs/sha256.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace dure::node {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t piece_bytes = 128 * 1024;

/// One file must not push everything else out: a larger part of the cache than this leaves first.
constexpr std::uint64_t share_of_a_file = 4;

/// How many files are looked at for each that comes: those that are needed go behind the others, so
/// that the rest is found in the end, and no put walks over all of them.
constexpr std::size_t looks_max_per_file = 64;

bool is_hash(std::string_view name) {
  return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

class blob_cache::reader final : public blob_reader {
public:
  reader(blob_cache& cache, std::ifstream file, std::string name)
      : cache_{cache}, file_{std::move(file)}, name_{std::move(name)} {}

  result<std::string> next() override {
    std::string piece(piece_bytes, '\0');
    file_.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    piece.resize(static_cast<std::size_t>(file_.gcount()));
    if (piece.empty())
      return end();
    hash_.add(std::as_bytes(std::span{piece}));
    return piece;
  }

private:
  result<std::string> end() {
    if (!is_whole_)
      is_whole_ = to_hex(hash_.finish()) == name_;
    if (*is_whole_)
      return std::string{};
    cache_.drop(name_);
    return error{errc::corrupt, "the copy of blob " + name_ + " on this node is damaged"};
  }

  blob_cache& cache_;
  std::ifstream file_;
  const std::string name_;
  sha256 hash_;
  std::optional<bool> is_whole_;
};

blob_cache::draft::draft(blob_cache& cache, fs::path path)
    : cache_{cache}, path_{std::move(path)}, file_{path_, std::ios::binary | std::ios::trunc},
      good_{file_.good()} {}

blob_cache::draft::~draft() {
  if (path_.empty())
    return;
  std::error_code ignored;
  fs::remove(path_, ignored);
}

void blob_cache::draft::write(std::span<const std::byte> bytes) {
  if (!good_)
    return;
  bytes_ += bytes.size();
  file_.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
  good_ = file_.good();
  if (good_)
    return;
  file_.close();
  std::error_code ignored;
  fs::remove(std::exchange(path_, {}), ignored);
}

void blob_cache::draft::keep(const blob_ref& as) {
  file_.close();
  if (good_ && file_.good() && bytes_ == as.bytes)
    cache_.adopt(path_, as);
}

blob_cache::blob_cache(cache_settings settings) : settings_{std::move(settings)} {
  std::error_code failed;
  fs::create_directories(settings_.folder, failed);
  std::vector<std::pair<fs::file_time_type, entry>> found;
  for (fs::directory_iterator at{settings_.folder, failed}, end; !failed && at != end;
       at.increment(failed)) {
    std::error_code unreadable;
    auto name = at->path().filename().string();
    const auto bytes = at->file_size(unreadable);
    const auto used_at = at->last_write_time(unreadable);
    if (is_hash(name) && !unreadable)
      found.emplace_back(used_at, entry{std::move(name), bytes});
    else
      fs::remove(at->path(), unreadable); // A draft of an earlier life.
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [used_at, one] : found)
    insert(std::move(one));
  make_room(entries_.size());
}

std::unique_ptr<blob_cache::draft> blob_cache::begin() {
  if (settings_.bytes_max == 0)
    return nullptr;
  const std::scoped_lock lock{mutex_};
  return std::make_unique<draft>(*this,
                                 settings_.folder / ("draft-" + std::to_string(++drafts_made_)));
}

std::unique_ptr<blob_reader> blob_cache::open(const std::string& sha256) {
  const std::scoped_lock lock{mutex_};
  const auto found = index_.find(sha256);
  if (found == index_.end())
    return nullptr;
  const auto path = path_of(sha256);
  std::ifstream file{path, std::ios::binary};
  if (file)
    return std::make_unique<reader>(*this, std::move(file), sha256);
  std::error_code unknown; // Too many open files, say: the copy is still good.
  if (!fs::exists(path, unknown) && !unknown)
    remove(found->second);
  return nullptr;
}

std::unique_ptr<blob_reader> blob_cache::open_for_job(const std::string& sha256) {
  auto copy = open(sha256);
  const std::scoped_lock lock{mutex_};
  const auto found = index_.find(sha256);
  ++(copy ? figures_.hits : figures_.misses);
  if (!copy || found == index_.end())
    return copy;
  std::error_code ignored; // After a restart it only counts as older than it is.
  fs::last_write_time(path_of(sha256), fs::file_time_type::clock::now(), ignored);
  if (found->second->bytes <= settings_.bytes_max / share_of_a_file)
    entries_.splice(entries_.end(), entries_, found->second);
  return copy;
}

std::vector<std::string> blob_cache::contents() const {
  const std::scoped_lock lock{mutex_};
  std::vector<std::string> names;
  names.reserve(entries_.size());
  for (const auto& one : entries_)
    names.push_back(one.sha256);
  return names;
}

void blob_cache::shrink() {
  // Whether a file is needed is asked without the lock: nobody shall wait for all the answers.
  for (const auto& sha256 : contents())
    if (!settings_.is_needed(sha256))
      drop(sha256);
}

cache_figures blob_cache::figures() const {
  const std::scoped_lock lock{mutex_};
  return figures_;
}

fs::path blob_cache::path_of(const std::string& sha256) const {
  return settings_.folder / sha256;
}

/// A copy that is there already is replaced: it may be damaged, what was just taken is not.
void blob_cache::adopt(const fs::path& from, const blob_ref& blob) {
  const std::scoped_lock lock{mutex_};
  std::error_code failed;
  fs::rename(from, path_of(blob.sha256), failed);
  if (failed)
    return;
  if (const auto known = index_.find(blob.sha256); known != index_.end()) {
    figures_.bytes -= known->second->bytes;
    entries_.erase(known->second);
    index_.erase(known);
  }
  insert({blob.sha256, blob.bytes, steady::now()});
  make_room(std::min(looks_max_per_file, entries_.size()));
}

void blob_cache::insert(entry one) {
  const bool is_large = one.bytes > settings_.bytes_max / share_of_a_file;
  figures_.bytes += one.bytes;
  const auto at = entries_.insert(is_large ? entries_.begin() : entries_.end(), std::move(one));
  index_.emplace(at->sha256, at);
}

void blob_cache::drop(const std::string& sha256) {
  const std::scoped_lock lock{mutex_};
  if (const auto found = index_.find(sha256); found != index_.end())
    remove(found->second);
}

bool blob_cache::stays(const entry& one) const {
  const bool is_young = one.came_at && steady::now() - *one.came_at < settings_.young_for;
  return is_young || settings_.is_needed(one.sha256);
}

void blob_cache::make_room(std::size_t looks_max) {
  for (std::size_t looks = 0; looks < looks_max && figures_.bytes > settings_.bytes_max; ++looks) {
    const auto next = entries_.begin();
    if (stays(*next))
      entries_.splice(entries_.end(), entries_, next);
    else
      remove(next);
  }
}

void blob_cache::remove(recency::iterator at) {
  std::error_code ignored;
  fs::remove(path_of(at->sha256), ignored);
  figures_.bytes -= at->bytes;
  index_.erase(at->sha256);
  entries_.erase(at);
}

} // namespace dure::node
