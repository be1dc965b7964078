#include "tests/conformance/memory_journal.hpp"

#include "node/journal/call_gate.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace dure::test {
namespace {

using stream_key = std::pair<std::string, std::uint16_t>;

struct stream {
  bool exists = true;
  timestamp created{};
  std::uint64_t below = 0; ///< How many records lie below the first.
  std::vector<std::string> records;
  std::map<record_hash, journal_index> known; ///< What a repeated append is recognised by.

  journal_index first() const { return journal_index{below + 1}; }

  journal_index last() const { return journal_index{below + records.size()}; }

  const std::string& at(journal_index index) const { return records[number(index) - below - 1]; }

  void start_at(journal_index index) {
    const auto dropped = std::min<std::uint64_t>(records.size(), number(index) - 1 - below);
    records.erase(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(dropped));
    below = number(index) - 1;
  }
};

/// One open journal's side of its stream.
struct reader {
  stream_key of;
  journal::listener on_message;
  node::call_gate gate;
  std::optional<journal_index> tail_next;
};

} // namespace

struct memory_journal_source::world {
  std::mutex mutex;
  bool away = false;
  std::int64_t streams_made = 0;
  std::map<stream_key, stream> streams;
  std::vector<std::shared_ptr<reader>> readers;
  std::deque<std::pair<std::shared_ptr<reader>, journal_message>> outbox;
  bool telling = false;

  stream& made(const stream_key& key) {
    auto& s = streams[key];
    if (!s.exists || s.created == timestamp{}) {
      s = {};
      s.created = timestamp{std::chrono::seconds{++streams_made}};
    }
    return s;
  }

  journal_message append(const stream_key& key, append_record request) {
    auto& s = streams[key];
    if (away || !s.exists)
      return append_unknown{"the journal is away"};
    if (const auto old = s.known.find(request.hash); old != s.known.end())
      return append_taken{old->second, true};
    if (request.expected != s.last())
      return append_refused{};
    s.records.push_back(std::move(request.bytes));
    s.known.emplace(request.hash, s.last());
    return append_taken{s.last(), false};
  }

  journal_message read(const stream_key& key, journal_index index) {
    const auto& s = streams[key];
    if (away || !s.exists)
      return record_read{index, std::nullopt, true};
    if (index < s.first() || index > s.last())
      return record_read{index, std::nullopt, false};
    return record_read{index, s.at(index), false};
  }

  journal_message look(const stream_key& key) {
    if (away)
      return stream_seen{.failure = error{errc::unavailable, "it is away"}};
    const auto& s = made(key);
    return stream_seen{{}, s.first(), s.last(), s.created};
  }

  journal_message remove(const stream_key& key) {
    if (!away)
      streams[key].exists = false;
    return look(key);
  }

  /// Puts into the outbox what tails have not been told yet.
  void feed_tails() {
    for (const auto& r : readers) {
      const auto& s = streams[r->of];
      if (!r->tail_next || away || !s.exists)
        continue;
      if (*r->tail_next > next(s.last()))
        r->tail_next = next(s.last()); // As JetStream does for a consumer that starts past the end.
      r->tail_next = std::max(*r->tail_next, s.first());
      for (; *r->tail_next <= s.last(); r->tail_next = next(*r->tail_next))
        outbox.emplace_back(r, record_tailed{*r->tail_next, s.at(*r->tail_next)});
    }
  }

  /// Tells everything in order. One at a time: whoever comes meanwhile leaves it to the first.
  void tell(std::unique_lock<std::mutex>& lock) {
    feed_tails();
    if (std::exchange(telling, true))
      return;
    while (!outbox.empty()) {
      auto [to, message] = std::move(outbox.front());
      outbox.pop_front();
      lock.unlock();
      to->gate.pass([&] { to->on_message(std::move(message)); });
      lock.lock();
    }
    telling = false;
  }
};

namespace {

template <class World> class memory_journal final : public journal {
public:
  memory_journal(std::shared_ptr<World> in, std::shared_ptr<reader> self)
      : world_{std::move(in)}, self_{std::move(self)} {
    std::lock_guard lock{world_->mutex};
    world_->made(self_->of);
    world_->readers.push_back(self_);
  }

  ~memory_journal() override {
    {
      std::lock_guard lock{world_->mutex};
      std::erase(world_->readers, self_);
    }
    self_->gate.close();
  }

  void append(append_record request) override {
    answer([&] { return world_->append(self_->of, std::move(request)); });
  }

  void read(journal_index index) override {
    answer([&] { return world_->read(self_->of, index); });
  }

  void look() override {
    answer([&] { return world_->look(self_->of); });
  }

  void start_at(journal_index first) override {
    std::lock_guard lock{world_->mutex};
    auto& s = world_->streams[self_->of];
    if (!world_->away && s.exists && first > s.first())
      s.start_at(first);
  }

  void remove() override {
    answer([&] { return world_->remove(self_->of); });
  }

  void tail(journal_index from) override {
    std::unique_lock lock{world_->mutex};
    self_->tail_next = number(from) == 0 ? journal_index{1} : from;
    world_->tell(lock);
  }

  void stop_tail() override {
    std::lock_guard lock{world_->mutex};
    self_->tail_next.reset();
  }

private:
  template <class F> void answer(F f) {
    std::unique_lock lock{world_->mutex};
    world_->outbox.emplace_back(self_, f());
    world_->tell(lock);
  }

  std::shared_ptr<World> world_;
  std::shared_ptr<reader> self_;
};

} // namespace

memory_journal_source::memory_journal_source() : world_{std::make_shared<world>()} {}

memory_journal_source::~memory_journal_source() = default;

std::unique_ptr<journal> memory_journal_source::open(const std::string& queue, std::uint16_t shard,
                                                     journal::listener on_message) {
  auto self = std::make_shared<reader>();
  self->of = {queue, shard};
  self->on_message = std::move(on_message);
  return std::make_unique<memory_journal<world>>(world_, std::move(self));
}

void memory_journal_source::set_away(bool away) {
  std::unique_lock lock{world_->mutex};
  world_->away = away;
  world_->tell(lock);
}

void memory_journal_source::lose(const std::string& queue, std::uint16_t shard) {
  std::lock_guard lock{world_->mutex};
  world_->streams[{queue, shard}].exists = false;
}

void memory_journal_source::truncate(const std::string& queue, std::uint16_t shard,
                                     std::size_t count) {
  std::unique_lock lock{world_->mutex};
  auto& s = world_->streams[{queue, shard}];
  s.records.resize(s.records.size() - std::min(count, s.records.size()));
  std::erase_if(s.known, [&](const auto& known) { return known.second > s.last(); });
  world_->tell(lock);
}

} // namespace dure::test
