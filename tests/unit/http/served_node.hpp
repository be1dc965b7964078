#pragma once

#include "gateway/http/server.hpp"
#include "tests/unit/http/http_client.hpp"
#include "tests/unit/http/memory_backend.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <string>

namespace dure::gateway::test {

/// A real server on a free loopback port over a node in memory, and a client of it.
class served_node : public testing::Test {
protected:
  explicit served_node(server_limits limits = {}, explainer explains = {});
  ~served_node() override;

  /// Submits one job and returns its id.
  job_id submit_one(const std::string& body = R"({"kind":"noop"})");

  /// Returns the path of a job.
  static std::string path_of(const job_id& id, std::string_view below = "");

  memory_backend node;
  server served;
  http_client client;

private:
  static server_config config_with(server_limits limits, explainer explains);
};

job_id id_in(const reply& r);

/// Returns whether `condition` becomes true within five seconds.
bool eventually(const std::function<bool()>& condition);

/// Returns a multipart body with one file, and its Content-Type.
struct form {
  std::string body;
  std::string content_type;
};

form file_form(std::string_view content, std::string_view file_name = "report.pdf",
               std::string_view field = "file");

/// Returns the folder of the corpora that others wrote, or nothing when it is absent.
std::optional<std::string> corpora();

} // namespace dure::gateway::test
