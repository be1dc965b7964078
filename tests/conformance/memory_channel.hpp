#pragma once

#include "actors/ports/shard_channel.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dure::test {

/// The channels of a cluster in one process: what is sent is heard before the call returns. For one
/// thread.
class memory_channels final : public shard_channel_source {
public:
  std::unique_ptr<shard_channel> open(const std::string& queue, std::uint16_t shard,
                                      shard_channel::listener on_message) override {
    return std::make_unique<channel>(*this, queue + "/" + std::to_string(shard),
                                     std::move(on_message));
  }

  /// Nothing arrives while it is cut.
  bool cut = false;

private:
  class channel final : public shard_channel {
  public:
    channel(memory_channels& in, std::string log, listener on_message)
        : in_{in}, log_{std::move(log)}, on_message_{std::move(on_message)} {
      in_.all_[log_].push_back(this);
    }

    ~channel() override { std::erase(in_.all_[log_], this); }

    void beat(std::string bytes) override {
      if (!in_.cut)
        for (auto* other : in_.all_[log_])
          other->on_message_(beat_heard{bytes});
    }

    void ask(std::uint64_t number, std::string bytes, milliseconds) override {
      if (in_.cut)
        return;
      for (auto* other : in_.all_[log_])
        if (other->serves_) {
          const auto to = std::to_string(in_.next_++);
          in_.asking_[to] = {this, number};
          return other->on_message_(request_heard{std::move(bytes), to});
        }
      on_message_(request_answered{number, error{errc::not_leader, {}}});
    }

    void serve(bool on) override { serves_ = on; }

    void reply(const std::string& to, std::string bytes) override {
      auto asked = in_.asking_.extract(to);
      if (!in_.cut && asked)
        asked.mapped().first->on_message_(
            request_answered{asked.mapped().second, std::move(bytes)});
    }

  private:
    memory_channels& in_;
    std::string log_;
    listener on_message_;
    bool serves_ = false;
  };

  std::map<std::string, std::vector<channel*>> all_;
  std::map<std::string, std::pair<channel*, std::uint64_t>> asking_;
  std::uint64_t next_ = 1;
};

} // namespace dure::test
