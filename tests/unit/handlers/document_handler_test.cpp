#include "tests/unit/handlers/handlers_fixture.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace dure::node {

namespace {

const std::filesystem::path pypdf = corpora() / "pdf/pypdf-bsd3/resources";

constexpr const char* no_corpora = "the corpora are not here; set DURE_CORPORA to their folder";

/// Returns what pdftotext prints, without the form feed after the last page.
std::string pdftotext(const std::filesystem::path& path) {
  const std::string command = "pdftotext '" + path.string() + "' - 2>/dev/null";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::string text;
  std::array<char, 65'536> buffer;
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    text.append(buffer.data(), got);
  ::pclose(pipe);
  if (text.ends_with('\f'))
    text.pop_back();
  return text;
}

std::string joined_pages(const nlohmann::json& result) {
  std::string text;
  for (const auto& page : result["pages"])
    text += (page["page"] == 1 ? "" : "\f") + page["text"].get<std::string>();
  return text;
}

/// Returns the PDFs below `folder` in a fixed order, every `step`th.
std::vector<std::filesystem::path> pdfs_below(const std::filesystem::path& folder,
                                              std::size_t step) {
  std::vector<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder})
    if (entry.path().extension() == ".pdf")
      all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  std::vector<std::filesystem::path> some;
  for (std::size_t n = 0; n < all.size(); n += step)
    some.push_back(all[n]);
  return some;
}

} // namespace

class document_handler : public handlers_fixture {
protected:
  void SetUp() override { open_kind("document.parse"); }
};

TEST_F(document_handler, reads_a_document_page_by_page) {
  run_file(1, read_file(sample));
  const auto result = result_of(1);
  EXPECT_EQ(result["page_count"], 2);
  ASSERT_EQ(result["pages"].size(), 2U);
  EXPECT_EQ(result["pages"][1]["page"], 2);
  EXPECT_NE(result["pages"][0]["text"].get<std::string>().find("compression/decompression"),
            std::string::npos);
  EXPECT_EQ(result["metadata"]["created_at"], "2024-01-22T18:31:53Z");
  EXPECT_EQ(result["metadata"]["pdf_version"], "1.4");
  ASSERT_FALSE(progress_.empty());
  EXPECT_EQ(progress_.back().message, "2/2 페이지 처리 중...");
  EXPECT_GT(end_of(1).peak_memory_bytes, 1'000'000U);
}

TEST_F(document_handler, reads_the_text_that_pdftotext_prints) {
  run_file(1, read_file(sample));
  EXPECT_EQ(joined_pages(result_of(1)), pdftotext(sample));
  EXPECT_TRUE(artifacts_.empty());
}

TEST_F(document_handler, names_what_is_wrong_with_a_bad_file) {
  const std::string whole = read_file(sample);
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "empty_file"},
      {std::string(100'000, '\0'), "unsupported_type"},
      {"PK\x03\x04 a zip", "unsupported_type"},
      {"%PDF-1.7\n", "damaged"},
      {whole.substr(0, 100), "damaged"},
      {whole.substr(0, whole.size() / 2), "damaged"},
      {whole.substr(0, whole.size() - 100), "damaged"}};
  std::uint8_t number = 0;
  for (const auto& [bytes, code] : cases) {
    run_file(++number, bytes);
    EXPECT_EQ(code_of(number), code) << bytes.size() << " bytes";
    EXPECT_FALSE(end_of(number).failure->retryable);
  }
  run(task(100, "{}"));
  EXPECT_EQ(code_of(100), "invalid_input");
}

TEST_F(document_handler, opens_encrypted_documents_with_their_password_only) {
  if (!std::filesystem::exists(pypdf))
    GTEST_SKIP() << no_corpora;
  const std::vector<std::pair<std::string, std::string>> locked{
      {"r2-user-password", "asdfzxcv"},
      {"r3-user-password", "asdfzxcv"},
      {"r4-aes-user-password", "asdfzxcv"},
      {"r6-both-passwords", "foo"},
      {"r6-both-passwords", "bar"}};
  std::uint8_t number = 0;
  for (const auto& [name, password] : locked) {
    const std::string bytes = read_file(pypdf / "encryption" / (name + ".pdf"));
    run_file(++number, bytes);
    EXPECT_EQ(code_of(number), "encrypted") << name;
    run_file(++number, bytes, R"({"password":"no"})");
    EXPECT_EQ(code_of(number), "wrong_password") << name;
    run_file(++number, bytes, R"({"password":")" + password + "\\u0000\"}");
    EXPECT_EQ(code_of(number), "wrong_password") << name;
    run_file(++number, bytes, R"({"password":")" + password + "\"}");
    EXPECT_EQ(result_of(number)["page_count"], 1) << name;
  }
  run_file(++number, read_file(pypdf / "encryption/r6-empty-password.pdf"),
           R"({"password":"not needed"})");
  EXPECT_EQ(result_of(number)["page_count"], 1);
  run_file(++number, read_file(sample), R"({"password":7})");
  EXPECT_EQ(code_of(number), "invalid_params");
}

TEST_F(document_handler, gives_the_text_of_pdftotext_byte_for_byte) {
  if (!std::filesystem::exists(corpora() / "pdf"))
    GTEST_SKIP() << no_corpora;
  auto files = pdfs_below(corpora() / "pdf/autorag-apache2", 1);
  for (const char* name : {"multilang.pdf", "crazyones.pdf", "issue-914-xmp-data.pdf",
                           "two-different-pages.pdf", "selenium-pypdf-issue-177.pdf"})
    files.push_back(pypdf / name);
  std::uint8_t number = 0;
  for (const auto& file : files) {
    run_file(++number, read_file(file), R"({"ocr":false})");
    ASSERT_EQ(end_of(number).end, attempt_end::completed) << file;
    EXPECT_EQ(joined_pages(result_of(number)), pdftotext(file)) << file;
  }
}

TEST_F(document_handler, ends_every_odd_file_with_a_result_or_a_code) {
  if (!std::filesystem::exists(corpora() / "pdf"))
    GTEST_SKIP() << no_corpora;
  std::vector<std::filesystem::path> files = pdfs_below(corpora() / "pdf/pdfium-bsd3", 6);
  for (const auto& file : pdfs_below(corpora() / "pdf/pdfbox-apache2", 5))
    files.push_back(file);
  std::uint8_t number = 0;
  for (const auto& file : files)
    run_file(++number, read_file(file), R"({"ocr":false})", std::chrono::seconds{5});
  std::size_t completed = 0;
  for (std::uint8_t n = 1; n <= number; ++n) {
    const handler_end outcome = end_of(n);
    completed += outcome.end == attempt_end::completed;
    EXPECT_TRUE(outcome.end == attempt_end::completed ||
                (outcome.failure && !outcome.failure->code.empty()))
        << files[n - 1U];
    EXPECT_NE(code_of(n), "protocol_error") << files[n - 1U];
  }
  EXPECT_GT(completed, files.size() / 2);
}

} // namespace dure::node
