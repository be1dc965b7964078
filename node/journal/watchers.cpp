#include "node/journal/watchers.hpp"

#include "node/journal/call_gate.hpp"

#include <list>
#include <mutex>
#include <utility>
#include <vector>

namespace dure::node {

class watchers::watcher {
public:
  explicit watcher(std::function<void(bool)> f) : on_change_{std::move(f)} {}

  void tell(bool is_there) {
    gate_.pass([&] { on_change_(is_there); });
  }

  void close() { gate_.close(); }

private:
  call_gate gate_;
  std::function<void(bool)> on_change_;
};

struct watchers::list {
  std::mutex mutex;
  std::list<std::shared_ptr<watcher>> all;
};

watchers::watchers() : list_{std::make_shared<list>()} {}

std::unique_ptr<watchers::watch> watchers::add(std::function<void(bool)> on_change) {
  class registration final : public watch {
  public:
    registration(std::shared_ptr<list> in, std::shared_ptr<watcher> w)
        : in_{std::move(in)}, watcher_{std::move(w)} {}

    ~registration() override {
      {
        std::lock_guard lock{in_->mutex};
        in_->all.remove(watcher_);
      }
      watcher_->close();
    }

  private:
    std::shared_ptr<list> in_;
    std::shared_ptr<watcher> watcher_;
  };

  auto w = std::make_shared<watcher>(std::move(on_change));
  std::lock_guard lock{list_->mutex};
  list_->all.push_back(w);
  return std::make_unique<registration>(list_, w);
}

void watchers::tell(bool is_there) {
  std::vector<std::shared_ptr<watcher>> now;
  {
    std::lock_guard lock{list_->mutex};
    now.assign(list_->all.begin(), list_->all.end());
  }
  for (const auto& w : now)
    w->tell(is_there);
}

} // namespace dure::node
