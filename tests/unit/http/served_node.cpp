#include "tests/unit/http/served_node.hpp"

#include <cstdlib>
#include <filesystem>
#include <thread>

namespace dure::gateway::test {

served_node::served_node(server_limits limits, explainer explains)
    : served{config_with(limits, std::move(explains)), node}, client{[this] {
        auto started = served.start();
        DURE_CHECK(started.has_value());
        return served.port();
      }()} {}

served_node::~served_node() {
  node.release_asks();
  served.stop(std::chrono::seconds{5});
}

server_config served_node::config_with(server_limits limits, explainer explains) {
  server_config config;
  config.port = 0;
  config.limits = limits;
  config.explains = std::move(explains);
  return config;
}

job_id served_node::submit_one(const std::string& body) {
  auto r = client.post("/api/v1/jobs", body);
  EXPECT_EQ(r.status, 202) << r.body;
  return id_in(r);
}

std::string served_node::path_of(const job_id& id, std::string_view below) {
  return "/api/v1/jobs/" + to_string(id) + std::string{below};
}

job_id id_in(const reply& r) {
  auto id = parse_uuid(r.json().at("job_id").get<std::string>());
  DURE_CHECK(id.has_value());
  return job_id{*id};
}

bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition())
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return condition();
}

form file_form(std::string_view content, std::string_view file_name, std::string_view field) {
  std::string body = "--limit\r\nContent-Disposition: form-data; name=\"";
  body += std::string{field} + "\"; filename=\"" + std::string{file_name} + "\"\r\n";
  body += "Content-Type: application/octet-stream\r\n\r\n";
  body += content;
  body += "\r\n--limit--\r\n";
  return {body, "multipart/form-data; boundary=limit"};
}

std::optional<std::string> corpora() {
  auto* named = std::getenv("DURE_CORPORA");
  std::string folder = named ? named : DURE_SOURCE_DIR "/../shared/corpora";
  std::error_code failed;
  if (!std::filesystem::is_directory(folder, failed))
    return std::nullopt;
  return folder;
}

} // namespace dure::gateway::test
