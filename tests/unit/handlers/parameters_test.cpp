#include "node/handlers/document/parameters.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dure::node {

namespace {

document_parameters read(const char* params) {
  const auto parsed = parse_parameters(nlohmann::json::parse(params));
  const auto* wrong = std::get_if<job_error>(&parsed);
  EXPECT_EQ(wrong, nullptr) << wrong->message;
  return wrong == nullptr ? std::get<document_parameters>(parsed) : document_parameters{};
}

std::string refusal(const char* params) {
  const auto parsed = parse_parameters(nlohmann::json::parse(params));
  const auto* wrong = std::get_if<job_error>(&parsed);
  return wrong == nullptr ? "" : wrong->code + " " + wrong->message;
}

} // namespace

TEST(parse_parameters, has_defaults_for_everything) {
  const auto wishes = read("{}");
  EXPECT_EQ(wishes.ocr, ocr_wish::if_installed);
  EXPECT_EQ(wishes.chunk_size, 1'000U);
  EXPECT_EQ(wishes.chunk_overlap, 200U);
  EXPECT_FALSE(wishes.use_multimodal);
  EXPECT_EQ(read(R"({"chunk_size":100})").chunk_overlap, 20U);
}

TEST(parse_parameters, reads_what_it_knows) {
  const auto wishes = read(R"({"password":"열쇠","ocr":true,"ocr_languages":"eng",
      "use_multimodal":true,"chunk_size":50,"chunk_overlap":0,"embeddings":false,"embedding_model":null})");
  EXPECT_EQ(wishes.password, "열쇠");
  EXPECT_EQ(wishes.ocr, ocr_wish::required);
  EXPECT_EQ(read(R"({"ocr":"auto"})").ocr, ocr_wish::if_installed);
  EXPECT_EQ(read(R"({"ocr":false})").ocr, ocr_wish::never);
  EXPECT_EQ(wishes.chunk_overlap, 0U);
}

TEST(parse_parameters, names_what_is_wrong) {
  EXPECT_EQ(refusal(R"({"pasword":"x"})"), "invalid_params params.pasword is not known.");
  EXPECT_EQ(refusal(R"({"password":7})"), "invalid_params params.password is a text.");
  EXPECT_NE(refusal(R"({"chunk_size":1})"), "");
  EXPECT_NE(refusal(R"({"chunk_size":-5})"), "");
  EXPECT_NE(refusal(R"({"chunk_size":100,"chunk_overlap":51})"), "");
  EXPECT_NE(refusal(R"({"ocr":"maybe"})"), "");
  EXPECT_NE(refusal(R"({"ocr_languages":"../eng"})"), "");
  EXPECT_NE(refusal("[]"), "");
}

} // namespace dure::node
