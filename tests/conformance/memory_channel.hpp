#pragma once

#include "actors/ports/shard_channel.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dure::test {

/// The channels of a cluster in one process: what is sent is heard before the call returns. Time
/// does not pass by itself. For one thread.
class memory_channels final : public shard_channel_source {
public:
  std::unique_ptr<shard_channel> open(const std::string& queue, std::uint16_t shard,
                                      shard_channel::listener on_message) override {
    return std::make_unique<channel>(*this, queue + "/" + std::to_string(shard),
                                     std::move(on_message));
  }

  /// The timeouts of all that has been asked and not answered are over.
  void time_out() {
    for (const auto& [to, asked] : std::exchange(open_, {}))
      asked.from->tell(
          request_answered{asked.number, error{errc::unknown_outcome, "no reply in time"}});
  }

  bool away = false; ///< Nobody can send.
  bool cut = false;  ///< What is sent arrives nowhere.

private:
  class channel final : public shard_channel {
  public:
    channel(memory_channels& in, std::string log, listener on_message)
        : in_{in}, log_{std::move(log)}, on_message_{std::move(on_message)} {
      in_.all_[log_].push_back(this);
    }

    ~channel() override {
      std::erase(in_.all_[log_], this);
      std::erase_if(in_.open_, [this](const auto& asked) { return asked.second.from == this; });
    }

    void beat(std::string bytes) override {
      if (!in_.away && !in_.cut)
        for (auto* other : in_.all_[log_])
          other->tell(beat_heard{bytes});
    }

    void ask(std::uint64_t number, std::string bytes, milliseconds) override {
      if (in_.away)
        return tell(request_answered{number, error{errc::unknown_outcome, "not connected"}});
      const auto to = std::to_string(in_.next_++);
      in_.open_[to] = {this, number};
      if (in_.cut)
        return;
      auto is_heard = false;
      for (auto* other : in_.all_[log_])
        if (other->serves_) {
          is_heard = true;
          other->tell(request_heard{bytes, to});
        }
      if (is_heard)
        return;
      in_.open_.erase(to);
      tell(request_answered{number, error{errc::not_leader, {}}});
    }

    void serve(bool on) override { serves_ = on; }

    void reply(const std::string& to, std::string bytes) override {
      if (in_.away || in_.cut)
        return;
      if (auto asked = in_.open_.extract(to)) {
        const auto [from, number] = asked.mapped();
        from->tell(request_answered{number, std::move(bytes)});
      }
    }

    void tell(channel_message message) { on_message_(std::move(message)); }

  private:
    memory_channels& in_;
    std::string log_;
    listener on_message_;
    bool serves_ = false;
  };

  struct request {
    channel* from = nullptr;
    std::uint64_t number = 0;
  };

  std::map<std::string, std::vector<channel*>> all_;
  std::map<std::string, request> open_; ///< Asked and not answered, by where replies go.
  std::uint64_t next_ = 1;
};

} // namespace dure::test
