#include "tests/unit/http/served_node.hpp"

namespace dure::gateway::test {

namespace {

using fields = std::vector<std::pair<std::string, std::string>>;

class documents_over_http : public served_node {
protected:
  reply upload(const fields& beside, std::string_view content = "%PDF-1.7 text",
               std::string_view name = "보고서.pdf", header_list headers = {}) {
    auto f = file_form(content, name);
    for (const auto& [field, value] : beside)
      f.body = "--limit\r\nContent-Disposition: form-data; name=\"" + field + "\"\r\n\r\n" + value +
               "\r\n" + f.body;
    headers.emplace_back("Content-Type", f.content_type);
    return client.post("/api/v1/documents/upload", f.body, headers);
  }

  job_id upload_one(const fields& beside = {}) {
    auto r = upload(beside);
    EXPECT_EQ(r.status, 202) << r.body;
    return job_id{parse_uuid(r.json()["document_id"].get<std::string>()).value()};
  }

  /// Returns an uploaded document that its handler has ended with this result.
  job_id completed(job_result outcome, const fields& beside = {}) {
    auto id = upload_one(beside);
    node.start(id);
    node.complete_job(id, std::move(outcome));
    return id;
  }

  artifact stored(std::string name, std::string bytes, std::string media_type) {
    return {std::move(name), node.stored_files().add(std::move(bytes), std::move(media_type))};
  }

  reply get(const job_id& id, std::string_view below = "", header_list headers = {}) {
    return client.get("/api/v1/documents/" + to_string(id) + std::string{below}, headers);
  }
};

nlohmann::json result_of(int pages) {
  nlohmann::json result{{"page_count", pages},
                        {"metadata", {{"title", "여름"}}},
                        {"chunks", {{{"text", "a"}, {"from_page", 1}, {"to_page", 2}}}},
                        {"warnings", nlohmann::json::array()}};
  result["pages"] = nlohmann::json::array();
  for (int page = 1; page <= pages; ++page)
    result["pages"].push_back(
        {{"page", page}, {"label", std::to_string(page)}, {"text", "쪽 " + std::to_string(page)}});
  return result;
}

TEST_F(documents_over_http, takes_a_document_in_the_words_of_the_contract) {
  auto r = upload({{"container_id", "여름 보고"}, {"use_multimodal", "true"}});
  ASSERT_EQ(r.status, 202) << r.body;
  auto body = r.json();
  EXPECT_EQ(body["success"], true);
  EXPECT_EQ(body["message"], "파일을 받았습니다. 처리를 시작합니다.");
  EXPECT_EQ(body["task_id"], body["document_id"]);
  EXPECT_EQ(
      body["file_info"],
      (nlohmann::json{{"original_name", "보고서.pdf"}, {"file_size", 13}, {"file_type", ".pdf"}}));
  EXPECT_EQ(body["processing_stats"]["status"], "processing");
  auto at = body["processing_stats"]["upload_time"].get<std::string>();
  EXPECT_EQ(at.size(), std::string{"2026-01-31T09:00:00.000Z"}.size()) << at;
  EXPECT_EQ(r.header("Location"),
            "/api/v1/documents/" + body["document_id"].get<std::string>() + "/status");
  auto english = upload({}, "%PDF-1.7", "a.pdf", {{"Accept-Language", "en"}});
  EXPECT_EQ(english.json()["message"], "The file was taken and will be processed.");
}

TEST_F(documents_over_http, hands_the_fields_to_the_handler) {
  auto spec = node.read(upload_one({{"container_id", "c1"},
                                    {"use_multimodal", "true"},
                                    {"password", "비밀 \"1\""},
                                    {"chunk_size", "800"},
                                    {"chunk_overlap", "80"},
                                    {"ocr", "true"},
                                    {"ocr_languages", "kor+eng"}}))
                  .spec;
  EXPECT_EQ(spec.kind, "document.parse");
  EXPECT_EQ(spec.queue, "documents");
  EXPECT_EQ(spec.group, "c1");
  EXPECT_EQ(nlohmann::json::parse(spec.params), (nlohmann::json{{"use_multimodal", true},
                                                                {"password", "비밀 \"1\""},
                                                                {"chunk_size", 800},
                                                                {"chunk_overlap", 80},
                                                                {"ocr", true},
                                                                {"ocr_languages", "kor+eng"}}));
  EXPECT_EQ(node.read(upload_one({{"use_multimodal", "false"}, {"password", ""}})).spec.params,
            "{}");
}

TEST_F(documents_over_http, names_the_field_that_is_wrong) {
  auto wrong = [&](const fields& beside) {
    auto r = upload(beside);
    EXPECT_EQ(r.status, 400) << r.body;
    return r.json()["errors"][0]["pointer"].get<std::string>();
  };
  EXPECT_EQ(wrong({{"colour", "red"}}), "/colour");
  EXPECT_EQ(wrong({{"use_multimodal", "maybe"}}), "/use_multimodal");
  EXPECT_EQ(wrong({{"chunk_size", "-1"}}), "/chunk_size");
  EXPECT_EQ(wrong({{"chunk_size", "100"}, {"chunk_overlap", "51"}}), "/chunk_overlap");
  EXPECT_EQ(wrong({{"ocr", "maybe"}}), "/ocr");
  EXPECT_EQ(wrong({{"ocr_languages", "../kor"}}), "/ocr_languages");
  EXPECT_EQ(wrong({{"container_id", std::string(129, 'x')}}), "/container_id");
  EXPECT_EQ(wrong({{"container_id", "a"}, {"container_id", "b"}}), "/container_id");
  EXPECT_TRUE(eventually([&] { return node.stored_files().unfinished() == 0; }));
}

TEST_F(documents_over_http, tells_how_far_it_is_in_legacy_words) {
  auto id = upload_one();
  auto fresh = get(id, "/status").json();
  EXPECT_EQ(fresh["success"], true);
  EXPECT_EQ(fresh["document_id"], to_string(id));
  EXPECT_EQ(fresh["file_name"], "보고서.pdf");
  EXPECT_EQ(fresh["status"], "uploaded");
  EXPECT_EQ(fresh["progress"], 0);
  EXPECT_TRUE(fresh["error"].is_null() && fresh["started_at"].is_null());
  node.start(id);
  job_progress told;
  told.job = id;
  told.attempt = 1;
  told.n = 1;
  told.done = 4;
  told.total = 10;
  told.message = "4/10 페이지 처리 중...";
  node.tell_progress(told);
  EXPECT_TRUE(eventually([&] { return get(id, "/status").json()["progress"] == 40; }));
  auto running = get(id, "/status").json();
  EXPECT_EQ(running["status"], "processing");
  EXPECT_EQ(running["message"], "4/10 페이지 처리 중...");
  node.fail_job(id, "encrypted", false);
  auto failed = get(id, "/status").json();
  EXPECT_EQ(failed["status"], "failed");
  EXPECT_TRUE(failed["error"].is_string());
}

TEST_F(documents_over_http, shows_a_small_result_and_all_its_parts) {
  auto result = result_of(3);
  auto id = completed({result.dump(), {}, {}});
  EXPECT_EQ(get(id, "/result").json(), result);
  auto whole = get(id).json();
  EXPECT_EQ(whole["status"], "completed");
  EXPECT_EQ(whole["metadata"], result["metadata"]);
  EXPECT_EQ(get(id, "/text").body, "쪽 1\f쪽 2\f쪽 3");
  EXPECT_EQ(get(id, "/text").header("Content-Type"), "text/plain; charset=utf-8");
  auto page = get(id, "/pages/2").json();
  EXPECT_EQ(page["page"], 2);
  EXPECT_EQ(page["text"], "쪽 2");
  EXPECT_EQ(page["document_id"], to_string(id));
  EXPECT_EQ(get(id, "/chunks").json()["chunks"], result["chunks"]);
  EXPECT_EQ(get(id, "/images").json()["images"], nlohmann::json::array());
}

TEST_F(documents_over_http, shows_a_result_that_is_kept_as_a_file) {
  auto result = result_of(2'000);
  auto blob = node.stored_files().add(result.dump(), "application/json");
  auto id = completed({{}, blob, {}});
  EXPECT_EQ(get(id, "/result").body, result.dump());
  EXPECT_EQ(get(id).json()["metadata"], result["metadata"]);
  EXPECT_EQ(get(id, "/pages/1999").json()["text"], "쪽 1999");
  EXPECT_EQ(get(id, "/chunks").json()["chunks"], result["chunks"]);
  EXPECT_EQ(get(id, "/text").body.size(), result_of(2'000)["pages"].size() * 4 + 6893 + 1999);
  node.stored_files().lose(blob);
  for (auto below : {"/pages/1", "/chunks", "/text", "/result"})
    EXPECT_EQ(get(id, below).json()["code"], "blob_lost") << below;
  EXPECT_TRUE(get(id).json()["metadata"].is_null());
}

TEST_F(documents_over_http, serves_the_files_of_the_handler) {
  job_result outcome{result_of(1).dump(), {}, {}};
  outcome.artifacts.push_back(
      stored("pages-1-2.json", R"([{"page":1,"label":"i","text":"one"},{"page":2,"text":"two"}])",
             "application/json"));
  outcome.artifacts.push_back(stored("thumbnail-2.png", "\x89PNG two", "image/png"));
  outcome.artifacts.push_back(stored("image-10-1.png", "\x89PNG ten", "image/png"));
  outcome.artifacts.push_back(stored("image-2-1.jpg", "\xff\xd8\xff", "image/jpeg"));
  auto id = completed(outcome);
  EXPECT_EQ(get(id, "/pages/1").json()["label"], "i");
  EXPECT_EQ(get(id, "/pages/2").json()["text"], "two");
  auto picture = get(id, "/pages/2/thumbnail.png");
  EXPECT_EQ(picture.body, "\x89PNG two");
  EXPECT_EQ(picture.header("Content-Type"), "image/png");
  auto again = get(id, "/pages/2/thumbnail.png", {{"If-None-Match", picture.header("ETag")}});
  EXPECT_EQ(again.status, 304);
  auto images = get(id, "/images").json()["images"];
  ASSERT_EQ(images.size(), 2U);
  EXPECT_EQ(images[0]["page"], 2);
  EXPECT_EQ(images[0]["media_type"], "image/jpeg");
  EXPECT_EQ(images[1]["name"], "image-10-1.png");
  EXPECT_EQ(images[1]["url"], path_of(id, "/artifacts/image-10-1.png"));
}

TEST_F(documents_over_http, shows_pages_while_later_ones_are_being_read) {
  auto id = upload_one();
  auto of = node.start(id);
  auto pages =
      stored("pages-1-1.json", R"([{"page":1,"label":"i","text":"one"}])", "application/json");
  auto image = stored("image-1-1.png", "\x89PNG", "image/png");
  ASSERT_TRUE(node.wish(log_of(id), add_artifacts{of, {pages, image}}).has_value());
  EXPECT_EQ(get(id, "/pages/1").json()["text"], "one");
  EXPECT_EQ(get(id, "/images").json()["images"].size(), 1U);
  EXPECT_EQ(get(id, "/pages/2").json()["code"], "not_completed");
  EXPECT_EQ(get(id, "/text").json()["code"], "not_completed");
}

TEST_F(documents_over_http, gives_parts_of_its_files) {
  job_result outcome{result_of(1).dump(), {}, {}};
  outcome.artifacts.push_back(stored("thumbnail-1.png", "0123456789", "image/png"));
  auto r = get(completed(outcome), "/pages/1/thumbnail.png", {{"Range", "bytes=2-4"}});
  EXPECT_EQ(r.status, 206);
  EXPECT_EQ(r.body, "234");
}

TEST_F(documents_over_http, says_what_is_missing_and_why) {
  auto waiting = upload_one();
  for (auto below : {"/result", "/text", "/pages/1", "/pages/1/thumbnail.png", "/chunks"})
    EXPECT_EQ(get(waiting, below).status, 409) << below;
  EXPECT_EQ(get(waiting, "/text").json()["code"], "not_completed");
  EXPECT_TRUE(get(waiting).json()["metadata"].is_null());
  EXPECT_TRUE(node.wish(log_of(waiting), cancel{waiting}).has_value());
  auto id = completed({result_of(2).dump(), {}, {}});
  for (auto page : {"0", "3", "x", "1x", "-1", "01", "4294967297"})
    EXPECT_EQ(get(id, "/pages/" + std::string{page}).json()["code"], "no_such_page") << page;
  EXPECT_EQ(get(id, "/pages/1/thumbnail.png").json()["code"], "no_thumbnail");
  EXPECT_EQ(client.get("/api/v1/documents/nothing/status").status, 404);
  EXPECT_EQ(get(id, "/text?x=1").status, 400);
}

TEST_F(documents_over_http, lists_a_container_with_an_exact_total) {
  for (int i = 0; i < 3; ++i)
    upload_one({{"container_id", "c 1"}});
  upload_one({{"container_id", "other"}});
  auto page = client.get("/api/v1/containers/c%201/documents?limit=2").json();
  EXPECT_EQ(page["total"], 3);
  ASSERT_EQ(page["documents"].size(), 2U);
  EXPECT_EQ(page["documents"][0]["status"], "uploaded");
  auto next = client.get("/api/v1/containers/c%201/documents?limit=2&cursor=" +
                         page["next"].get<std::string>());
  EXPECT_EQ(next.json()["documents"].size(), 1U);
  EXPECT_NE(next.header("Link").find("</api/v1/containers/c%201/documents?limit=2>; rel=\"first\""),
            std::string::npos)
      << next.header("Link");
  auto completed_only = client.get("/api/v1/containers/c%201/documents?status=completed").json();
  EXPECT_EQ(completed_only["total"], 0);
  auto unknown = client.get("/api/v1/containers/nobody/documents").json();
  EXPECT_EQ(unknown["total"], 0);
  EXPECT_EQ(client.get("/api/v1/containers/c1/documents?kind=noop").status, 400);
}

TEST_F(documents_over_http, repeats_the_answer_of_a_key_for_the_same_form_only) {
  header_list key{{"Idempotency-Key", "k1"}};
  auto first = upload({{"container_id", "c1"}}, "%PDF-1.7", "a.pdf", key);
  auto again = upload({{"container_id", "c1"}}, "%PDF-1.7", "a.pdf", key);
  EXPECT_EQ(again.json(), first.json());
  EXPECT_EQ(upload({{"container_id", "c2"}}, "%PDF-1.7", "a.pdf", key).status, 422);
}

} // namespace
} // namespace dure::gateway::test
