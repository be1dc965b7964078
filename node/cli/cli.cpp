#include "node/cli/cli.hpp"

#include "node/cli/artifact_command.hpp"
#include "node/cli/cluster_commands.hpp"
#include "node/cli/completion.hpp"
#include "node/cli/handler_command.hpp"
#include "node/cli/job_commands.hpp"
#include "node/cli/question_commands.hpp"
#include "node/cli/queue_commands.hpp"
#include "node/cli/submit_command.hpp"
#include "node/cli/verify_command.hpp"
#include "node/config/nearest_word.hpp"
#include "node/config/option_table.hpp"

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>

namespace dure::node {

namespace {

constexpr const char* files_name = "FILE";

/// Everything that the command line is read into; `run` is what was asked for.
struct command_line {
  gateway_options to;
  submit_options submit;
  job_list_options which;
  artifact_options artifact;
  handler_check_options check;
  std::string subject;
  std::string reason;
  std::string set;
  std::string format = "csv";
  std::string keep;
  std::uint64_t after = 0;
  std::uint16_t shard = 0;
  bool accept_loss = false;
  bool follow = false;
  std::function<exit_code()> run;
};

/// The commands that node/main.cpp hands elsewhere; named here for help and completion.
std::vector<completed_command> commands_of_main() {
  std::vector<completed_command> commands{{"up", "Runs everything in one process", {}, false},
                                          {"node", "Runs one node of a cluster", {}, false},
                                          {"config", "Prints the effective options", {}, false}};
  for (auto& command : commands) {
    command.options = {"--help", "--config"};
    for (const auto& one : options_of(command.name))
      command.options.push_back("--" + one.key);
  }
  commands.back().options.emplace_back("--json");
  return commands;
}

std::vector<std::string> long_names_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const auto* one : command.get_options())
    for (const auto& name : one->get_lnames())
      names.push_back("--" + name);
  return names;
}

std::vector<completed_command> all_commands(const CLI::App& app) {
  auto commands = commands_of_main();
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    const auto takes_files = command->get_option_no_throw(files_name) != nullptr;
    commands.push_back(
        {command->get_name(), command->get_description(), long_names_of(*command), takes_files});
  }
  return commands;
}

CLI::App* add_command(CLI::App& app, command_line& line, const char* name, const char* help,
                      std::function<exit_code()> run) {
  auto* command = app.add_subcommand(name, help);
  command->callback([&line, run = std::move(run)] { line.run = run; });
  return command;
}

CLI::App* add_gateway_command(CLI::App& app, command_line& line, const char* name, const char* help,
                              std::function<exit_code()> run) {
  auto* command = add_command(app, line, name, help, std::move(run));
  command->add_option("--url", line.to.url, "The gateway (default http://127.0.0.1:8080)")
      ->envname("DURE_URL");
  command->add_flag("--json", line.to.json, "Print JSON");
  return command;
}

void add_submit(CLI::App& app, command_line& line) {
  auto* submit =
      add_gateway_command(app, line, "submit", "Uploads files and prints their jobs' ids",
                          [&line] { return submit_files(line.to, line.submit); });
  submit->add_option(files_name, line.submit.files, "The files; none: a job of the kind alone");
  submit->add_option("--kind", line.submit.kind, "What to do with them (default document.parse)");
  submit->add_option("--queue", line.submit.queue, "Queue (default: the kind's)");
  submit->add_option("--group", line.submit.group, "Ties the jobs together");
  submit->add_option("--params", line.submit.params, "Parameters, a JSON object");
  submit->add_flag("--wait", line.submit.wait, "Show progress until the jobs end");
}

void add_jobs(CLI::App& app, command_line& line) {
  auto* jobs = add_gateway_command(app, line, "jobs", "Lists jobs, the newest first",
                                   [&line] { return list_jobs(line.to, line.which); });
  jobs->add_option("--status", line.which.status,
                   "scheduled, pending, running, completed, failed or cancelled; commas join");
  jobs->add_option("--kind", line.which.kind, "Of this kind");
  jobs->add_option("--queue", line.which.queue, "In this queue");
  jobs->add_option("--group", line.which.group, "Of this group");
  jobs->add_option("--tag", line.which.tag, "With this tag");
  jobs->add_option("--search", line.which.text, "With this text in id, file name or error");
  jobs->add_option("--limit", line.which.limit, "At most this many (default 50)");
  jobs->add_option("--cursor", line.which.cursor, "Go on where an earlier list ended");
}

void add_job_commands(CLI::App& app, command_line& line) {
  const auto add = [&](const char* name, const char* help, std::function<exit_code()> run) {
    auto* command = add_gateway_command(app, line, name, help, std::move(run));
    command->add_option("ID", line.subject, "The job's id")->required();
    return command;
  };
  add("job", "Shows a job", [&line] { return show_job(line.to, line.subject); });
  add("result", "Prints a completed job's result as JSON",
      [&line] { return show_result(line.to, line.subject); });
  add("cancel", "Cancels a job", [&line] { return change_job(line.to, line.subject, "cancel"); });
  add("retry", "Runs a failed or cancelled job again",
      [&line] { return change_job(line.to, line.subject, "retry"); });
  auto* logs = add("logs", "Prints what a job's attempts said",
                   [&line] { return show_logs(line.to, line.subject, line.after, line.follow); });
  logs->add_flag("--follow,-f", line.follow, "Go on until the job ends");
  logs->add_option("--after", line.after, "Only lines after this number");
  auto* artifact = add("artifacts", "Lists a job's artifacts, or saves them", [&line] {
    line.artifact.id = line.subject;
    return artifacts(line.to, line.artifact);
  });
  artifact->add_option("NAME", line.artifact.name, "Save this one");
  artifact->add_option("--output,-o", line.artifact.output, "Into this file; - is stdout");
  artifact->add_option("--dir,-d", line.artifact.folder, "Into this folder; without NAME, all");
}

void add_queue_commands(CLI::App& app, command_line& line) {
  add_gateway_command(app, line, "queues", "Lists queues",
                      [&line] { return list_queues(line.to); });
  auto* pause = add_gateway_command(app, line, "pause", "Starts nothing more of a queue", [&line] {
    return pause_queue(line.to, line.subject, line.reason);
  });
  pause->add_option("QUEUE", line.subject, "Its name")->required();
  pause->add_option("--reason", line.reason, "What waiting jobs say they wait for");
  auto* resume = add_gateway_command(app, line, "resume", "Lets a paused queue go on",
                                     [&line] { return resume_queue(line.to, line.subject); });
  resume->add_option("QUEUE", line.subject, "Its name")->required();
}

void add_cluster_commands(CLI::App& app, command_line& line) {
  add_gateway_command(app, line, "nodes", "Lists the cluster's nodes",
                      [&line] { return list_nodes(line.to); });
  add_gateway_command(app, line, "shards", "Lists logs, who leads them and how far replicas are",
                      [&line] { return list_shards(line.to); });
  auto* drain =
      add_gateway_command(app, line, "drain", "Ends a node when its jobs are done or given back",
                          [&line] { return drain_node(line.to, line.subject); });
  drain->add_option("NODE", line.subject, "Its name")->required();
}

void add_shard_commands(CLI::App& app, command_line& line) {
  auto* shard =
      app.add_subcommand("shard", "A person's word on a log that does not go on by itself");
  shard->require_subcommand(1);
  const auto on_log = [&](const char* name, const char* help, std::function<exit_code()> run) {
    auto* command = add_gateway_command(*shard, line, name, help, std::move(run));
    command->add_option("QUEUE", line.subject, "Its queue")->required();
    command->add_option("N", line.shard, "Which of its shards")->required();
    return command;
  };
  auto* recover = on_log("recover", "Goes on with the records that living nodes have", [&line] {
    return recover_shard(line.to, line.subject, line.shard, line.accept_loss);
  });
  recover->add_flag("--accept-loss", line.accept_loss, "Records that no living node has are lost");
  auto* resolve = on_log("resolve", "Chooses whose records go on where a log has forked", [&line] {
    return resolve_shard(line.to, line.subject, line.shard, line.keep);
  });
  resolve->add_option("--keep", line.keep, "log, or the node whose records are kept")->required();
}

void add_question_commands(CLI::App& app, command_line& line) {
  auto* questions = app.add_subcommand("questions", "Sets of questions and their explanations");
  questions->require_subcommand(1);
  const auto on_set = [&](const char* name, const char* help, std::function<exit_code()> run) {
    auto* command = add_gateway_command(*questions, line, name, help, std::move(run));
    command->add_option("--set", line.set, "The set")->required();
    return command;
  };
  auto* upload = on_set("upload", "Uploads questions (CSV or JSON) to be explained", [&line] {
    return upload_questions(line.to, line.subject, line.set, line.submit.wait);
  });
  upload->add_option(files_name, line.subject, "The file")->required();
  upload->add_flag("--wait", line.submit.wait, "Show progress until all are explained");
  on_set("status", "Counts the set's questions by status",
         [&line] { return show_questions(line.to, line.set); });
  auto* exported = on_set("export", "Prints the set",
                          [&line] { return export_questions(line.to, line.set, line.format); });
  exported->add_option("--format", line.format, "csv or jsonl")
      ->check(CLI::IsMember({"csv", "jsonl"}));
  on_set("retry", "Asks for failed explanations again",
         [&line] { return retry_questions(line.to, line.set); });
}

void add_handler_command(CLI::App& app, command_line& line) {
  auto* handler = app.add_subcommand("handler", "For those who write handlers");
  handler->require_subcommand(1);
  auto* check = add_command(*handler, line, "check", "Tries a handler's command as a node would",
                            [&line] { return check_handler(line.check); });
  check->add_option("COMMAND", line.check.command, "The command; after -- when it has options")
      ->required();
  check->add_option("--kind", line.check.kind, "The kind of jobs (default: the first it names)");
  check->add_option("--params", line.check.params, "The job's parameters, a JSON object");
  check->add_option("--file", line.check.file, "The job's file");
  check->add_option("--timeout", line.check.timeout_s, "Seconds a job may take (default 60)")
      ->check(CLI::Range(1, 86'400));
  check->add_flag("--json", line.check.json, "Print the findings as JSON");
}

void add_local_commands(CLI::App& app, command_line& line) {
  auto* verify = add_command(app, line, "verify", "Checks the data folder of a stopped node",
                             [&line] { return verify_folder(line.subject); });
  verify->add_option("DIR", line.subject, "The data folder")->required();
  auto* completion =
      add_command(app, line, "completion", "Prints a shell's completion script", [&app, &line] {
        print(completion_script(line.subject, all_commands(app)));
        return exit_code::done;
      });
  completion->add_option("SHELL", line.subject, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

/// Says what a word that nobody knows was probably meant to be; nothing when all are known.
std::optional<std::string> wrong_word(CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-')
    return std::nullopt;
  const std::string word = argv[1];
  auto found = app.get_subcommands([&](const CLI::App* one) { return one->check_name(word); });
  if (found.empty()) {
    std::vector<std::string> known;
    for (const auto& one : all_commands(app))
      known.push_back(one.name);
    return "'" + word + "' is no command; did you mean '" + nearest_word(word, known) + "'?";
  }
  int from = 2;
  const auto nested = found.front()->get_subcommands(
      [&](const CLI::App* one) { return argc > 2 && one->check_name(argv[2]); });
  if (!nested.empty()) {
    found = nested;
    from = 3;
  }
  const auto known = long_names_of(*found.front());
  for (int i = from; i < argc && std::string_view{argv[i]} != "--"; ++i) {
    const std::string name{
        std::string_view{argv[i]}.substr(0, std::string_view{argv[i]}.find('='))};
    if (name.starts_with("--") && std::find(known.begin(), known.end(), name) == known.end())
      return "'" + word + "' has no option '" + name + "'; did you mean '" +
             nearest_word(name, known) + "'?";
  }
  return std::nullopt;
}

} // namespace

int run_cli(int argc, char** argv) {
  CLI::App app{"Background work on documents. 'dure up' starts a node; these talk to one."};
  app.name("dure");
  app.require_subcommand(1);
  app.footer("Also: dure up, dure node, dure config (see their --help)\n"
             "Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 conflict, 5 unavailable.");
  command_line line;
  add_submit(app, line);
  add_jobs(app, line);
  add_job_commands(app, line);
  add_queue_commands(app, line);
  add_cluster_commands(app, line);
  add_shard_commands(app, line);
  add_question_commands(app, line);
  add_handler_command(app, line);
  add_local_commands(app, line);
  if (auto wrong = wrong_word(app, argc, argv)) {
    say("dure: " + *wrong);
    return static_cast<int>(exit_code::usage);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    return app.exit(failure) == 0 ? static_cast<int>(exit_code::done)
                                  : static_cast<int>(exit_code::usage);
  }
  return static_cast<int>(line.run ? line.run() : exit_code::usage);
}

} // namespace dure::node
