#pragma once

#include "node/cli/cli.hpp"
#include "node/cli/http_client.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

/// What the commands have in common: how they talk to people and take a gateway's answers.
namespace dure::node {

/// What every command that asks a gateway is told.
struct gateway_options {
  std::string url = "http://127.0.0.1:8080";
  bool json = false; ///< Data as JSON.
};

/// Says a line on stderr.
void say(const std::string& text);

/// Prints data on stdout, at once.
void print(const std::string& text);

/// Says what went wrong and returns its exit code.
exit_code refuse(const error& failure);

/// Says what a problem+json body says; the code is that of its status.
exit_code refuse(const http_reply& reply);

/// Says that something else answers at the gateway's address.
exit_code refuse_stranger(const gateway_options& to);

/// Returns the object that a reply holds; an empty one when it holds none.
nlohmann::ordered_json object_of(const http_reply& reply);

/// Returns the member as text for people; empty when it is missing or null.
std::string text_at(const nlohmann::ordered_json& object, const char* key);

/// Returns an array's texts as a list for people: "a, b".
std::string joined(const nlohmann::ordered_json& texts);

/// Returns whether the text is a job's id; says so when it is not.
bool is_job_id(const std::string& text);

bool is_end_word(const std::string& status);

/// Returns the text as a part of a URL.
std::string url_encoded(const std::string& text);

/// Returns "?a=b&c=d" of those pairs that have a value.
std::string query_of(const std::vector<std::pair<std::string, std::string>>& parameters);

/// Asks and prints the JSON of the answer, as it came or by `show`.
exit_code ask_and_print(const gateway_options& to, const std::string& method,
                        const std::string& path, const std::string& body,
                        const std::function<void(const nlohmann::ordered_json&)>& show);

} // namespace dure::node
