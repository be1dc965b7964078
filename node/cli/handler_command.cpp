#include "node/cli/handler_command.hpp"

#include "node/cli/gateway_talk.hpp"
#include "node/config/user_kind.hpp"
#include "node/handlers/user_pools.hpp"
#include "node/trial/handler_trial.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace dure::node {

namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

/// A folder that goes when the trial is over.
class trial_folder {
public:
  trial_folder() : path_{(fs::temp_directory_path() / "dure-check-XXXXXX").string()} {
    if (::mkdtemp(path_.data()) == nullptr)
      path_.clear();
  }

  ~trial_folder() {
    std::error_code ignored;
    if (!path_.empty())
      fs::remove_all(path_, ignored);
  }

  trial_folder(const trial_folder&) = delete;
  trial_folder& operator=(const trial_folder&) = delete;

  const std::string& path() const { return path_; }

private:
  std::string path_;
};

exit_code refuse_usage(const std::string& why) {
  say("dure handler check: " + why);
  return exit_code::usage;
}

/// Returns what a node whose file says no more than the command would run it with.
pool_settings settings_of(const handler_check_options& options, const fs::path& scratch) {
  user_kind kind;
  kind.name = options.kind;
  kind.command = options.command;
  kind.soft_timeout = std::chrono::seconds{options.timeout_s};
  kind.hard_timeout = kind.soft_timeout + std::chrono::seconds{10};
  return user_pools({kind}, scratch).front();
}

ordered_json to_json(const finding& found) {
  return {{"step", found.step}, {"verdict", to_string(found.is)}, {"message", found.says}};
}

void say_finding(const finding& found) {
  auto word = std::string{to_string(found.is)};
  word.resize(7, ' ');
  auto step = std::string{found.step};
  step.resize(8, ' ');
  // What a handler wrote comes in lines of its own.
  std::string_view left = found.says;
  auto end = left.find('\n');
  say(word + step + std::string{left.substr(0, end)});
  while (end != std::string_view::npos) {
    left.remove_prefix(end + 1);
    end = left.find('\n');
    say(std::string(word.size() + step.size(), ' ') + std::string{left.substr(0, end)});
  }
}

} // namespace

exit_code check_handler(const handler_check_options& options) {
  const auto params = nlohmann::json::parse(options.params, nullptr, false);
  if (!params.is_object())
    return refuse_usage("--params is not a JSON object");
  std::error_code failure;
  if (!options.file.empty() && !fs::is_regular_file(options.file, failure))
    return refuse_usage(options.file + " is not a file");
  const trial_folder scratch;
  if (scratch.path().empty())
    return refuse(error{errc::io_failed, "no folder for the job's files can be made"});
  trial_wish wish{settings_of(options, scratch.path()), params.dump(), {}, scratch.path()};
  if (!options.file.empty())
    wish.file = options.file;
  auto list = ordered_json::array();
  std::size_t wrong = 0;
  try_handler(std::move(wish), [&](const finding& found) {
    wrong += found.is == verdict::wrong ? 1 : 0;
    say_finding(found);
    list.push_back(to_json(found));
  });
  if (options.json)
    print(list.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
  say(wrong == 0 ? "The handler does what a node expects of it."
                 : "A node could not work with it.");
  return wrong == 0 ? exit_code::done : exit_code::failed;
}

} // namespace dure::node
