#include "node/cli/cli.hpp"

#include "node/cli/job_commands.hpp"
#include "node/cli/question_commands.hpp"
#include "node/cli/verify_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <optional>
#include <string>

namespace dure::node {

int run_cli(int argc, char** argv) {
  CLI::App app{"Background work on documents. 'dure up' starts a node; these talk to one."};
  app.name("dure");
  app.require_subcommand(1);
  app.footer("Also: dure up, dure node (see 'dure up --help').\n"
             "Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 conflict, 5 unavailable.");

  std::string url = "http://127.0.0.1:8080";
  std::string subject;
  bool wait = false;
  std::optional<exit_code> code;
  const auto with_url = [&](CLI::App* command) {
    command->add_option("--url", url, "The gateway (default http://127.0.0.1:8080)")
        ->envname("DURE_URL");
  };

  auto* submit = app.add_subcommand("submit", "Uploads a file and prints its job's id");
  submit->add_option("FILE", subject, "The file")->required();
  submit->add_flag("--wait", wait, "Show progress until the job ends");
  with_url(submit);
  submit->callback([&] { code = submit_file(url, subject, wait); });

  auto* job = app.add_subcommand("job", "Shows a job");
  job->add_option("ID", subject, "Its id")->required();
  with_url(job);
  job->callback([&] { code = show_job(url, subject); });

  auto* result = app.add_subcommand("result", "Prints a completed job's result as JSON");
  result->add_option("ID", subject, "Its id")->required();
  with_url(result);
  result->callback([&] { code = show_result(url, subject); });

  std::string set;
  std::string format = "csv";
  auto* questions = app.add_subcommand("questions", "Sets of questions and their explanations");
  questions->require_subcommand(1);
  const auto on_set = [&](const char* name, const char* help) {
    auto* command = questions->add_subcommand(name, help);
    command->add_option("--set", set, "The set")->required();
    with_url(command);
    return command;
  };
  auto* upload = on_set("upload", "Uploads questions (CSV or JSON) to be explained");
  upload->add_option("FILE", subject, "The file")->required();
  upload->add_flag("--wait", wait, "Show progress until all are explained");
  upload->callback([&] { code = upload_questions(url, subject, set, wait); });
  on_set("status", "Counts the set's questions by status")->callback([&] {
    code = show_questions(url, set);
  });
  auto* exported = on_set("export", "Prints the set");
  exported->add_option("--format", format, "csv or jsonl")->check(CLI::IsMember({"csv", "jsonl"}));
  exported->callback([&] { code = export_questions(url, set, format); });
  on_set("retry", "Asks for failed explanations again")->callback([&] {
    code = retry_questions(url, set);
  });

  auto* verify = app.add_subcommand("verify", "Checks the data folder of a stopped node");
  verify->add_option("DIR", subject, "The data folder")->required();
  verify->callback([&] { code = verify_folder(subject); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    return app.exit(failure) == 0 ? static_cast<int>(exit_code::done)
                                  : static_cast<int>(exit_code::usage);
  }
  return static_cast<int>(code.value_or(exit_code::usage));
}

} // namespace dure::node
