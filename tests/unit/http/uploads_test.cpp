#include "gateway/api/fingerprint.hpp"
#include "tests/unit/http/served_node.hpp"

#include <fstream>

namespace dure::gateway::test {

namespace {

class uploads_over_http : public served_node {
protected:
  reply upload(const form& f) {
    return client.post("/upload", f.body, {{"Content-Type", f.content_type}});
  }

  void expect_nothing_left() {
    EXPECT_TRUE(eventually([&] { return node.stored_files().unfinished() == 0; }));
    EXPECT_EQ(node.stored_files().stored(), 0U);
    EXPECT_EQ(http_client{served.port()}.get("/api/v1/jobs").json()["jobs"].size(), 0U);
  }
};

/// Returns the resident memory of this process.
std::size_t resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * 4096;
}

TEST_F(uploads_over_http, takes_a_pdf_byte_for_byte) {
  std::string content = "%PDF-1.7\n";
  for (int i = 0; i < 1'000'000; ++i)
    content += static_cast<char>(i * 7 + i / 251);
  auto r = upload(file_form(content, "보고서.pdf"));
  ASSERT_EQ(r.status, 202) << r.body;
  EXPECT_EQ(r.json()["status"], "accepted");
  EXPECT_EQ(r.json()["filename"], "보고서.pdf");
  EXPECT_EQ(r.json()["file_type"], "pdf");
  EXPECT_EQ(r.json()["message"], "파일을 받았습니다. 처리를 시작합니다.");
  auto id = id_in(r);
  auto spec = node.read(id).spec;
  EXPECT_EQ(spec.kind, "document.parse");
  EXPECT_EQ(spec.queue, "documents");
  ASSERT_TRUE(spec.input_file.has_value());
  EXPECT_EQ(spec.input_file->media_type, "application/pdf");
  EXPECT_EQ(spec.input_file->bytes, content.size());
  EXPECT_EQ(node.stored_files().bytes_of(spec.input_file->sha256), content);
  auto status = client.get("/jobs/" + to_string(id));
  EXPECT_EQ(status.json()["status"], "uploaded");
}

TEST_F(uploads_over_http, tells_the_type_by_the_bytes_and_not_by_the_name) {
  EXPECT_EQ(upload(file_form("plain text", "liar.pdf")).json()["file_type"], "txt");
  EXPECT_EQ(upload(file_form("\x89PNG\r\n\x1a\n", "liar.pdf")).json()["file_type"], "png");
  EXPECT_EQ(upload(file_form(std::string(900, 'x') + "%PDF-1.4", "x")).json()["file_type"], "pdf");
}

TEST_F(uploads_over_http, stores_the_same_file_once) {
  auto first = upload(file_form("%PDF-1.4 same"));
  auto second = upload(file_form("%PDF-1.4 same", "other.pdf"));
  EXPECT_NE(id_in(first), id_in(second));
  EXPECT_EQ(node.stored_files().stored(), 1U);
}

TEST_F(uploads_over_http, refuses_an_empty_file) {
  auto r = upload(file_form(""));
  EXPECT_EQ(r.status, 400);
  EXPECT_EQ(r.json()["code"], "empty_file");
  expect_nothing_left();
}

TEST_F(uploads_over_http, refuses_a_form_without_a_file) {
  form none{"--limit--\r\n", "multipart/form-data; boundary=limit"};
  EXPECT_EQ(upload(none).json()["code"], "missing_file");
  form text{"--limit\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\ntext\r\n--limit--\r\n",
            "multipart/form-data; boundary=limit"};
  EXPECT_EQ(upload(text).json()["code"], "missing_file");
  EXPECT_EQ(upload(file_form("", "")).json()["code"], "missing_file");
  expect_nothing_left();
}

TEST_F(uploads_over_http, refuses_other_fields_by_name) {
  auto r = upload(file_form("%PDF-1.4", "a.pdf", "document"));
  EXPECT_EQ(r.status, 400);
  EXPECT_EQ(r.json()["code"], "unknown_field");
  EXPECT_EQ(r.json()["errors"][0]["pointer"], "/document");
  expect_nothing_left();
}

TEST_F(uploads_over_http, keeps_no_file_of_a_form_that_is_refused) {
  auto field = [](const std::string& name, const std::string& value) {
    return "--limit\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value +
           "\r\n";
  };
  auto f = file_form("%PDF-1.4" + std::string(5000, 'x'));
  EXPECT_EQ(upload({field("params", "[1]") + f.body, f.content_type}).status, 400);
  EXPECT_EQ(upload({field("kind", "No Name") + f.body, f.content_type}).status, 400);
  EXPECT_EQ(upload({field("queue", "nowhere") + f.body, f.content_type}).json()["code"],
            "unknown_queue");
  auto wrong = field("chunk_size", "many") + f.body;
  EXPECT_EQ(
      client.post("/api/v1/documents/upload", wrong, {{"Content-Type", f.content_type}}).status,
      400);
  expect_nothing_left();
}

TEST_F(uploads_over_http, refuses_two_files) {
  auto f = file_form("%PDF-1.4" + std::string(5000, 'x'));
  auto twice = f.body.substr(0, f.body.size() - 11) + f.body;
  auto r = upload({twice, f.content_type});
  EXPECT_EQ(r.status, 400) << r.body;
  EXPECT_EQ(r.json()["code"], "too_many_files");
  expect_nothing_left();
}

TEST_F(uploads_over_http, refuses_a_wrong_or_missing_boundary) {
  auto f = file_form("%PDF-1.4");
  EXPECT_EQ(upload({f.body, "multipart/form-data; boundary=other"}).json()["code"],
            "wrong_boundary");
  EXPECT_EQ(upload({f.body, "multipart/form-data"}).json()["code"], "missing_boundary");
  EXPECT_EQ(upload({f.body, "application/pdf"}).status, 415);
  expect_nothing_left();
}

TEST_F(uploads_over_http, refuses_a_body_that_ends_before_its_boundary) {
  auto f = file_form("%PDF-1.4" + std::string(100'000, 'x'));
  auto r = upload({f.body.substr(0, 50'000), f.content_type});
  EXPECT_EQ(r.status, 400);
  EXPECT_EQ(r.json()["code"], "multipart_cut_off");
  expect_nothing_left();
}

TEST_F(uploads_over_http, leaves_nothing_of_a_client_that_leaves) {
  auto f = file_form("%PDF-1.4" + std::string(2'000'000, 'x'));
  client.write("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: " + f.content_type +
               "\r\nContent-Length: " + std::to_string(f.body.size()) + "\r\n\r\n" +
               f.body.substr(0, 1'000'000));
  ASSERT_TRUE(eventually([&] { return node.stored_files().unfinished() == 1; }));
  client.close();
  expect_nothing_left();
}

TEST_F(uploads_over_http, says_try_again_when_the_store_is_away) {
  node.stored_files().fail_writes();
  auto r = upload(file_form("%PDF-1.4" + std::string(100'000, 'x')));
  EXPECT_EQ(r.status, 503);
  EXPECT_FALSE(r.header("Retry-After").empty());
  expect_nothing_left();
}

TEST_F(uploads_over_http, says_when_there_is_no_room) {
  node.stored_files().fail_writes(errc::io_failed);
  auto r = upload(file_form("%PDF-1.4" + std::string(100'000, 'x')));
  EXPECT_EQ(r.status, 507);
  EXPECT_EQ(r.json()["code"], "insufficient_storage");
  expect_nothing_left();
}

TEST_F(uploads_over_http, takes_chunks_and_meets_an_expectation) {
  auto f = file_form("%PDF-1.4 chunked");
  client.write("POST /upload HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: " +
               f.content_type + "\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(client.read().status, 100);
  for (auto c : f.body)
    client.write("1\r\n" + std::string{c} + "\r\n");
  client.write("0\r\n\r\n");
  auto r = client.read();
  EXPECT_EQ(r.status, 202) << r.body;
  EXPECT_EQ(client.get("/livez").status, 200) << "the connection is still in step";
}

TEST_F(uploads_over_http, holds_little_of_a_large_file) {
  constexpr std::size_t pieces = 256;
  std::string piece(1024 * 1024, 'x');
  node.stored_files().forget_bytes();
  ASSERT_EQ(upload(file_form("%PDF-1.4 warm")).status, 202);
  auto f = file_form("%PDF-1.4");
  auto cut = f.body.find("\r\n--limit--");
  fingerprint seen;
  seen.add("%PDF-1.4");
  auto before = resident_bytes();
  auto peak = before;
  client.write("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: " + f.content_type +
               "\r\nContent-Length: " + std::to_string(f.body.size() + pieces * piece.size()) +
               "\r\n\r\n" + f.body.substr(0, cut));
  for (std::size_t i = 0; i < pieces; ++i) {
    piece[i] = static_cast<char>(i);
    client.write(piece);
    seen.add(piece);
    peak = std::max(peak, resident_bytes());
  }
  client.write(f.body.substr(cut));
  auto r = client.read();
  ASSERT_EQ(r.status, 202) << r.body;
  EXPECT_EQ(node.read(id_in(r)).spec.input_file->sha256, to_hex(seen.take()));
  EXPECT_LT(peak - before, 64U * 1024 * 1024);
}

} // namespace
} // namespace dure::gateway::test
