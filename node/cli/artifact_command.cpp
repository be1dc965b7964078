#include "node/cli/artifact_command.hpp"

#include "node/cli/terminal_text.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace dure::node {

namespace {

using json = nlohmann::ordered_json;
namespace fs = std::filesystem;

std::string path_of(const artifact_options& what, const std::string& name) {
  return "/api/v1/jobs/" + what.id + "/artifacts" + (name.empty() ? "" : "/" + url_encoded(name));
}

void print_list(const json& answer) {
  std::vector<std::vector<std::string>> rows{{"NAME", "BYTES", "TYPE", "SHA256"}};
  for (const auto& one : answer.value("artifacts", json::array()))
    rows.push_back({text_at(one, "name"), text_at(one, "bytes"), text_at(one, "media_type"),
                    text_at(one, "sha256")});
  print(table_text(rows));
}

/// Returns the file name that an artifact's name leads to: its name is the handler's word.
std::string file_name_of(const std::string& name) {
  auto last = fs::path{name}.filename().string();
  return last.empty() || last == "." || last == ".." ? "artifact" : last;
}

exit_code save(http_client& gateway, const std::string& path, const fs::path& file) {
  std::error_code failure;
  if (file.has_parent_path())
    fs::create_directories(file.parent_path(), failure);
  auto part = file;
  part += ".part";
  std::ofstream out{part, std::ios::binary | std::ios::trunc};
  if (!out) {
    say("dure: " + file.string() + " cannot be written");
    return exit_code::failed;
  }
  auto reply = gateway.get(path, [&](std::string_view piece) {
    out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
  });
  out.close();
  const bool came = reply && reply->status == 200;
  if (came && out)
    fs::rename(part, file, failure);
  if (came && out && !failure) {
    say("saved " + file.string());
    return exit_code::done;
  }
  fs::remove(part, failure);
  if (!reply)
    return refuse(reply.error());
  if (!came)
    return refuse(*reply);
  say("dure: " + file.string() + " cannot be written");
  return exit_code::failed;
}

exit_code print_one(http_client& gateway, const std::string& path) {
  auto reply = gateway.get(path, [](std::string_view piece) { print(std::string{piece}); });
  if (!reply)
    return refuse(reply.error());
  return reply->status == 200 ? exit_code::done : refuse(*reply);
}

exit_code save_all(http_client& gateway, const artifact_options& what) {
  auto reply = gateway.get(path_of(what, ""));
  if (!reply)
    return refuse(reply.error());
  if (reply->status != 200)
    return refuse(*reply);
  auto outcome = exit_code::done;
  const auto answer = object_of(*reply);
  for (const auto& one : answer.value("artifacts", json::array())) {
    const auto name = one.value("name", "");
    const auto saved =
        save(gateway, path_of(what, name), fs::path{what.folder} / file_name_of(name));
    outcome = outcome == exit_code::done ? saved : outcome;
  }
  return outcome;
}

} // namespace

exit_code artifacts(const gateway_options& to, const artifact_options& what) {
  if (!is_job_id(what.id))
    return exit_code::usage;
  http_client gateway{to.url};
  if (what.name.empty() && what.folder.empty())
    return ask_and_print(to, "GET", path_of(what, ""), "", print_list);
  if (what.name.empty())
    return save_all(gateway, what);
  if (what.output == "-")
    return print_one(gateway, path_of(what, what.name));
  const fs::path file =
      what.output.empty() ? fs::path{what.folder} / file_name_of(what.name) : fs::path{what.output};
  return save(gateway, path_of(what, what.name), file);
}

} // namespace dure::node
