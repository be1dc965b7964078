#include "tests/unit/http/served_node.hpp"

#include <thread>

namespace dure::gateway::test {

namespace {

using namespace std::chrono_literals;

server_limits hurried() {
  server_limits limits;
  limits.body_bytes = 4'000'000;
  limits.json_bytes = 1'000'000;
  limits.idle = 600ms;
  limits.header = 400ms;
  limits.transfer = 400ms;
  limits.bytes_per_second = 1'000'000;
  limits.connections = 8;
  return limits;
}

class framing_over_http : public served_node {
protected:
  framing_over_http() : served_node{hurried()} {}

  /// Sends bytes on a connection of their own and returns the status of the answer, 0 for none.
  int status_of(const std::string& bytes) {
    http_client own{served.port()};
    own.write(bytes);
    return own.read().status;
  }

  /// The same, and expects the server to close afterwards.
  int status_and_close(const std::string& bytes) {
    http_client own{served.port()};
    own.write(bytes);
    auto r = own.read();
    EXPECT_EQ(r.header("Connection"), "close") << bytes;
    return r.status;
  }

  bool is_well() { return http_client{served.port()}.get("/livez").status == 200; }
};

constexpr auto body_of_json = "Content-Type: application/json\r\n";

TEST_F(framing_over_http, refuses_whatever_two_parsers_could_read_differently) {
  std::string post = "POST /api/v1/jobs HTTP/1.1\r\nHost: a\r\n";
  std::string chunk = "\r\n0\r\n\r\n";
  for (const auto& bytes :
       {post + "Transfer-Encoding: gzip, chunked\r\n" + chunk,
        post + "Transfer-Encoding: xchunked\r\n" + chunk,
        post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" + chunk,
        post + "Transfer-Encoding: chunked, identity\r\n" + chunk,
        post + "Transfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n" + chunk,
        post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" + chunk,
        post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        post + "Content-Length: 2, 2\r\n\r\n{}",
        post + "Content-Length: -2\r\n\r\n{}",
        post + "Content-Length: +2\r\n\r\n{}",
        post + "Content-Length: 0x2\r\n\r\n{}",
        post + "Content-Length: 99999999999999999999\r\n\r\n{}",
        post + "Content-Length : 2\r\n\r\n{}",
        post + "Host: b\r\nContent-Length: 2\r\n\r\n{}",
        std::string{"POST /api/v1/jobs HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"},
        std::string{"POST /api/v1/jobs HTTP/1.0\r\nTransfer-Encoding: chunked\r\n"} + chunk,
        std::string{"GET /livez HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n"},
        std::string{"GET /livez HTTP/2.0\r\nHost: a\r\n\r\n"},
        std::string{"GET  /livez HTTP/1.1\r\nHost: a\r\n\r\n"},
        std::string{"GET /li\tvez HTTP/1.1\r\nHost: a\r\n\r\n"},
        std::string{"GET http:// HTTP/1.1\r\nHost: a\r\n\r\n"},
        std::string{"GET //other.example/livez HTTP/1.1\r\nHost: a\r\n\r\n"},
        std::string{"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"},
        std::string{"GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"},
        std::string{"GET /livez#x HTTP/1.1\r\nHost: a\r\n\r\n"},
        std::string{"nonsense\r\n\r\n"},
        std::string{"\x16\x03\x01\x02\x00\x01\xfc\x03\r\n\r\n"}})
    EXPECT_EQ(status_and_close(bytes), 400) << bytes;
  EXPECT_TRUE(is_well());
}

TEST_F(framing_over_http, refuses_malformed_chunks) {
  std::string post = "POST /api/v1/jobs HTTP/1.1\r\nHost: a\r\n" + std::string{body_of_json} +
                     "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(status_and_close(post + "zz\r\n{}\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(status_and_close(post + "ffffffffffffffffff\r\n"), 400);
  EXPECT_EQ(status_and_close(post + "2\r\n{}xx0\r\n\r\n"), 400);
  EXPECT_EQ(status_of(post + "f\r\n{\"kind\":\"noop\"}\r\n0\r\n\r\n"), 202);
}

TEST_F(framing_over_http, answers_pipelined_requests_in_order) {
  client.write("GET /livez HTTP/1.1\r\nHost: a\r\n\r\nGET /nope HTTP/1.1\r\nHost: a\r\n\r\n"
               "HEAD /livez HTTP/1.1\r\nHost: a\r\n\r\nGET /livez HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read().status, 200);
  EXPECT_EQ(client.read().status, 404);
  EXPECT_EQ(client.read(true).status, 200);
  EXPECT_EQ(client.read().status, 200);
}

TEST_F(framing_over_http, closes_when_asked_and_for_http_1_0) {
  EXPECT_EQ(status_and_close("GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 200);
  EXPECT_EQ(status_and_close("GET /livez HTTP/1.0\r\n\r\n"), 200);
  client.write("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(client.read().header("Connection"), "keep-alive");
}

TEST_F(framing_over_http, takes_an_absolute_target) {
  EXPECT_EQ(status_of("GET http://example.com/livez HTTP/1.1\r\nHost: example.com\r\n\r\n"), 200);
}

TEST_F(framing_over_http, limits_the_header) {
  auto with_header = [](std::size_t bytes) {
    return "GET /livez HTTP/1.1\r\nHost: a\r\nX: " + std::string(bytes, 'x') + "\r\n\r\n";
  };
  EXPECT_EQ(status_of(with_header(16'000)), 200);
  EXPECT_EQ(status_and_close(with_header(17'000)), 431);
  EXPECT_EQ(status_and_close("GET /" + std::string(20'000, 'x')), 431);
}

TEST_F(framing_over_http, limits_bodies) {
  EXPECT_EQ(status_and_close("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 4000001\r\n\r\n"),
            413);
  EXPECT_EQ(status_and_close("POST /api/v1/jobs HTTP/1.1\r\nHost: a\r\n" +
                             std::string{body_of_json} + "Content-Length: 1000001\r\n\r\n"),
            413);
  std::string endless = "POST /api/v1/jobs HTTP/1.1\r\nHost: a\r\n" + std::string{body_of_json} +
                        "Transfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 12; ++i)
    endless += "186a0\r\n" + std::string(100'000, ' ') + "\r\n";
  EXPECT_EQ(status_and_close(endless), 413);
}

TEST_F(framing_over_http, is_heard_by_who_is_still_sending) {
  auto f = file_form(std::string(3'000'000, 'x'), "a.pdf", "wrong");
  auto r = client.post("/upload", f.body, {{"Content-Type", f.content_type}});
  EXPECT_EQ(r.status, 400);
}

TEST_F(framing_over_http, refuses_requests_from_pages_of_other_sites) {
  std::string body = R"({"kind":"noop"})";
  EXPECT_EQ(client.post("/api/v1/jobs", body, {{"Origin", "http://evil.example"}}).status, 403);
  EXPECT_EQ(client.post("/api/v1/jobs", body, {{"Origin", "null"}}).status, 403);
  EXPECT_EQ(client.post("/api/v1/jobs", body, {{"Origin", "http://localhost"}}).status, 202);
  EXPECT_EQ(client.get("/api/v1/jobs", {{"Origin", "http://evil.example"}}).status, 200);
}

TEST_F(framing_over_http, meets_no_other_expectation) {
  EXPECT_EQ(client.post("/api/v1/jobs", "{}", {{"Expect", "magic"}}).status, 417);
}

TEST_F(framing_over_http, cuts_off_who_is_slow_with_a_header) {
  client.write("GET /livez HTTP/1.1\r\nHo");
  EXPECT_EQ(client.read().status, 408);
}

TEST_F(framing_over_http, cuts_off_who_is_slow_with_a_body) {
  client.write("POST /api/v1/jobs HTTP/1.1\r\nHost: a\r\n" + std::string{body_of_json} +
               "Content-Length: 20\r\n\r\n{");
  auto r = client.read();
  EXPECT_EQ(r.status, 408);
  EXPECT_EQ(r.header("Connection"), "close");
}

TEST_F(framing_over_http, closes_idle_connections_silently) {
  EXPECT_EQ(client.get("/livez").status, 200);
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(client.get("/livez").status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(framing_over_http, does_not_wait_for_a_client_that_reads_nothing) {
  auto blob = node.stored_files().add(std::string(64 * 1024 * 1024, ' '), "application/json");
  auto id = submit_one();
  node.start(id);
  node.complete_job(id, {{}, blob, {}});
  for (int i = 0; i < 8; ++i) {
    http_client stuck{served.port()};
    stuck.write("GET " + path_of(id, "/result") + " HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(is_well());
  }
}

TEST_F(framing_over_http, lets_others_wait_when_there_are_too_many) {
  std::vector<http_client> many;
  for (int i = 0; i < 12; ++i)
    many.emplace_back(served.port()).write("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n");
  for (auto& one : many)
    EXPECT_EQ(one.read().status, 200);
}

TEST_F(framing_over_http, finishes_what_is_in_flight_when_it_stops) {
  node.hold_asks();
  client.write("POST /api/v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\n\r\n"
               "{\"kind\":\"noop\"}");
  ASSERT_TRUE(eventually([&] { return node.asked()[default_log] == 1; }));
  std::thread stopper{[&] { served.stop(5s); }};
  std::this_thread::sleep_for(100ms);
  node.release_asks();
  auto r = client.read();
  EXPECT_EQ(r.status, 202);
  EXPECT_EQ(r.header("Connection"), "close");
  stopper.join();
  EXPECT_EQ(http_client{served.port()}.get("/livez").status, 0);
}

} // namespace
} // namespace dure::gateway::test
