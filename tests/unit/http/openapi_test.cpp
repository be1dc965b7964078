#include "gateway/http/router.hpp"
#include "gateway/openapi/openapi.hpp"
#include "tests/unit/http/served_node.hpp"

#include <algorithm>
#include <set>

namespace dure::gateway::test {

namespace {

using nlohmann::json;
using names = std::set<std::string>;

class openapi_over_http : public served_node {
protected:
  /// Returns the parameters that the handler of a route takes: it names them when it meets another.
  names parameters_taken(const route& r) {
    auto address = std::string{r.pattern};
    for (auto open = address.find('{'); open != std::string::npos; open = address.find('{'))
      address.replace(open, address.find('}') - open + 1, "1");
    auto answer = client.send(r.method, address + "?no-such-parameter=1", "{}");
    auto told = json::parse(answer.body, nullptr, false);
    EXPECT_EQ(answer.status, 400) << address << answer.body;
    EXPECT_EQ(told.value("code", ""), "unknown_parameter") << address << answer.body;
    auto detail = told["errors"].back()["detail"].get<std::string>();
    constexpr std::string_view mark = "There are: ";
    auto at = detail.find(mark);
    names taken;
    if (at == std::string::npos)
      return taken;
    std::istringstream list{detail.substr(at + mark.size())};
    for (std::string name; std::getline(list, name, ',');)
      taken.insert(name.substr(name.find_first_not_of(' ')));
    auto last = *std::find_if(taken.begin(), taken.end(),
                              [](const auto& name) { return name.back() == '.'; });
    taken.erase(last);
    taken.insert(last.substr(0, last.size() - 1));
    return taken;
  }

  const json document = json::parse(openapi_document());

  /// Returns the names of an operation's parameters that stand in `place`.
  names parameters_described(const json& operation, const std::string& place) {
    names described;
    for (auto parameter : operation.value("parameters", json::array())) {
      if (parameter.contains("$ref"))
        parameter = document.at(json::json_pointer{parameter["$ref"].get<std::string>().substr(1)});
      if (parameter["in"] == place)
        described.insert(parameter["name"].get<std::string>());
    }
    return described;
  }
};

std::string lower_case(std::string_view text) {
  std::string lower{text};
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

names names_in(std::string_view pattern) {
  names found;
  for (auto open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{')) {
    auto close = pattern.find('}');
    found.emplace(pattern.substr(open + 1, close - open - 1));
    pattern.remove_prefix(close + 1);
  }
  return found;
}

TEST_F(openapi_over_http, describes_every_route_and_no_other) {
  names routed;
  for (const auto& r : all_routes())
    routed.insert(lower_case(r.method) + " " + std::string{r.pattern});
  names described;
  for (const auto& [path, operations] : document["paths"].items())
    for (const auto& [method, operation] : operations.items())
      described.insert(method + " " + path);
  EXPECT_EQ(described, routed);
}

TEST_F(openapi_over_http, describes_the_parameters_that_every_route_takes) {
  for (const auto& r : all_routes()) {
    const auto& operation = document["paths"][std::string{r.pattern}][lower_case(r.method)];
    EXPECT_EQ(parameters_described(operation, "path"), names_in(r.pattern)) << r.pattern;
    EXPECT_EQ(parameters_described(operation, "query"), parameters_taken(r))
        << r.method << " " << r.pattern;
  }
}

TEST_F(openapi_over_http, every_post_may_be_repeated_by_its_key) {
  for (const auto& r : all_routes()) {
    if (r.method != "POST")
      continue;
    const auto& operation = document["paths"][std::string{r.pattern}]["post"];
    EXPECT_TRUE(parameters_described(operation, "header").contains("Idempotency-Key")) << r.pattern;
  }
}

TEST_F(openapi_over_http, is_served_with_a_page_that_asks_nobody_else) {
  auto served_document = client.get("/openapi.json");
  EXPECT_EQ(served_document.json(), document);
  for (auto [path, type] : {std::pair{"/docs", "text/html"},
                            {"/docs/docs.js", "text/javascript"},
                            {"/docs/docs.css", "text/css"}}) {
    auto r = client.get(path);
    ASSERT_EQ(r.status, 200) << path;
    EXPECT_TRUE(r.header("Content-Type").starts_with(type)) << path;
    EXPECT_TRUE(r.header("Content-Security-Policy").starts_with("default-src 'none'")) << path;
    EXPECT_EQ(r.body.find("://"), std::string::npos) << path << " names another address";
  }
}

} // namespace
} // namespace dure::gateway::test
