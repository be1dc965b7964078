// Jobs that do nothing, or wait, end to end over HTTP against a running node: throughput in
// batches, then latency one at a time. Beside each figure stands a reference taken in the same run,
// so that figures of different machines can be compared.

#include "tests/bench/http_connection.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using dure::bench::http_connection;
using nlohmann::json;
using steady = std::chrono::steady_clock;
using verb = boost::beast::http::verb;

struct settings {
  std::vector<std::string> hosts{"127.0.0.1"}; ///< Gateways of one cluster; the first is asked.
  std::string job = R"({"kind":"noop"})";
  std::uint16_t port = 8080;
  std::size_t jobs = 200'000;
  std::size_t batch = 1'000;
  std::size_t connections = 4;
  std::size_t singles = 2'000;
};

double seconds_since(steady::time_point start) {
  return std::chrono::duration<double>(steady::now() - start).count();
}

void expect(unsigned status, unsigned wanted, const std::string& body) {
  if (status != wanted)
    throw std::runtime_error("HTTP " + std::to_string(status) + ": " + body.substr(0, 300));
}

std::uint64_t completed(http_connection& node) {
  auto answer = node.ask(verb::get, "/api/v1/queues/default");
  expect(answer.status, 200, answer.body);
  return json::parse(answer.body).at("counts").at("completed").get<std::uint64_t>();
}

std::string batch_body(const std::string& job, std::size_t jobs) {
  std::string body = "[" + job;
  for (std::size_t i = 1; i < jobs; ++i)
    body += "," + job;
  return body + "]";
}

void submit_all(const settings& s) {
  std::atomic<std::size_t> left = s.jobs / s.batch;
  const auto body = batch_body(s.job, s.batch);
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < s.connections; ++i)
    clients.emplace_back([&, host = s.hosts[i % s.hosts.size()]] {
      http_connection node{host, s.port};
      for (auto n = left.load(); n > 0;) {
        if (!left.compare_exchange_weak(n, n - 1))
          continue;
        auto answer = node.ask(verb::post, "/api/v1/jobs", body);
        expect(answer.status, 202, answer.body);
        n = left.load();
      }
    });
  for (auto& client : clients)
    client.join();
}

/// Requests a second that the same server answers without doing anything: what HTTP alone costs
/// here.
double idle_requests_per_second(const settings& s) {
  http_connection node{s.hosts.front(), s.port};
  const auto start = steady::now();
  std::size_t asked = 0;
  for (; asked < 2'000 || seconds_since(start) < 0.5; ++asked)
    expect(node.ask(verb::get, "/livez").status, 200, "/livez");
  return static_cast<double>(asked) / seconds_since(start);
}

void measure_throughput(const settings& s) {
  http_connection node{s.hosts.front(), s.port};
  const auto jobs = s.jobs / s.batch * s.batch;
  const auto before = completed(node);
  const auto start = steady::now();
  submit_all(s);
  const auto submitted = seconds_since(start);
  while (completed(node) - before < jobs)
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  const auto all = seconds_since(start);
  const auto rate = static_cast<double>(jobs) / all;
  const auto reference = idle_requests_per_second(s);
  std::printf("%s, batches of %zu over %zu connections: %.0f jobs/s end to end (%zu jobs, %.2f "
              "s; submitted "
              "after %.2f s)\n",
              s.job.c_str(), s.batch, s.connections, rate, jobs, all, submitted);
  std::printf("  reference: %.0f GET /livez a second, one at a time; ratio %.2f\n", reference,
              rate / reference);
}

void measure_latency(const settings& s) {
  http_connection node{s.hosts.front(), s.port};
  std::vector<double> ms;
  for (std::size_t i = 0; i < s.singles; ++i) {
    const auto start = steady::now();
    auto taken = node.ask(verb::post, "/api/v1/jobs", s.job);
    expect(taken.status, 202, taken.body);
    auto id = json::parse(taken.body).at("job_id").get<std::string>();
    auto ended = node.ask(verb::get, "/api/v1/jobs/" + id + "?wait=30s");
    expect(ended.status, 200, ended.body);
    if (json::parse(ended.body).at("status") != "completed")
      throw std::runtime_error("a job did not complete: " + ended.body);
    ms.push_back(seconds_since(start) * 1e3);
  }
  std::sort(ms.begin(), ms.end());
  const auto at = [&](double q) {
    return ms[static_cast<std::size_t>(q * static_cast<double>(ms.size() - 1))];
  };
  const auto reference = 1e3 / idle_requests_per_second(s);
  std::printf("%s, one at a time, submit to completed (POST, then GET ?wait): p50 %.2f ms, p99 "
              "%.2f ms, max %.2f "
              "ms (%zu jobs)\n",
              s.job.c_str(), at(0.5), at(0.99), ms.back(), ms.size());
  std::printf("  reference: one GET /livez %.3f ms; ratio of p50 %.1f\n", reference,
              at(0.5) / reference);
}

std::vector<std::string> split(const std::string& hosts) {
  std::vector<std::string> found;
  std::istringstream text{hosts};
  for (std::string host; std::getline(text, host, ',');)
    found.push_back(host);
  return found;
}

settings parse(int argc, char** argv) {
  settings s;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    const auto value = std::strtoull(argv[i + 1], nullptr, 10);
    if (flag == "--hosts")
      s.hosts = split(argv[i + 1]);
    else if (flag == "--job")
      s.job = argv[i + 1];
    else if (flag == "--port")
      s.port = static_cast<std::uint16_t>(value);
    else if (flag == "--jobs")
      s.jobs = value;
    else if (flag == "--batch")
      s.batch = value;
    else if (flag == "--connections")
      s.connections = value;
    else if (flag == "--singles")
      s.singles = value;
    else
      throw std::runtime_error("unknown flag " + flag);
  }
  return s;
}

} // namespace

int main(int argc, char** argv) {
  try {
    const auto s = parse(argc, argv);
    std::printf("conditions: %u cores shared by client, nodes and nats-servers\n",
                std::thread::hardware_concurrency());
    measure_throughput(s);
    if (s.singles > 0)
      measure_latency(s);
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "bench_http: %s\n", failure.what());
    return 1;
  }
}
