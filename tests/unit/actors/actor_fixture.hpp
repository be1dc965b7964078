#pragma once

#include "actors/protocol/interfaces.hpp"
#include "tests/unit/actors/fakes.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <gtest/gtest.h>
#include <memory>
#include <optional>

namespace dure::test {

/// Runs actors one message at a time on a clock that only the test moves.
class actor_fixture : public testing::Test {
protected:
  struct testing_system : caf::actor_system_config {
    testing_system() { set("scheduler.policy", caf::atom("testing")); }
  };

  testing_system settings;
  caf::actor_system system{settings};
  caf::scheduler::test_coordinator& scheduling =
      dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  hand_clock time;
  hand_log log;
  std::vector<caf::actor> to_end; ///< The system waits for every actor at its end.

  void TearDown() override {
    for (const auto& actor : to_end)
      caf::anon_send_exit(actor, caf::exit_reason::kill);
    scheduling.run();
  }

  template <class Handle> Handle ends_with_test(Handle handle) {
    to_end.push_back(caf::actor_cast<caf::actor>(handle));
    return handle;
  }

  /// Handles every message that waits.
  void run() { scheduling.run(); }

  /// Lets time pass in steps of a tick and handles what comes of each.
  void pass(milliseconds span) {
    for (milliseconds passed{0}; passed < span; passed += milliseconds{50}) {
      time.advance(milliseconds{50});
      scheduling.advance_time(milliseconds{50});
      scheduling.run();
    }
  }

  /// Sends a request; the answer is there when it has been given.
  template <class Answer, class Handle, class... Parts>
  std::shared_ptr<std::optional<Answer>> ask(const Handle& to, Parts... parts) {
    auto answered = std::make_shared<std::optional<Answer>>();
    // As an argument: without any, CAF 0.17 takes a reference to a tuple that is not there.
    auto asker = [=](caf::event_based_actor* self, const Handle& whom) {
      self->request(whom, std::chrono::minutes{60}, parts...)
          .then([=](Answer& told) { *answered = std::move(told); }, [](const caf::error&) {});
    };
    system.spawn(asker, to);
    run();
    return answered;
  }

  /// Sends a message and handles what comes of it.
  template <class Handle, class... Parts> void tell(const Handle& to, Parts&&... parts) {
    caf::anon_send(to, std::forward<Parts>(parts)...);
    run();
  }
};

} // namespace dure::test
