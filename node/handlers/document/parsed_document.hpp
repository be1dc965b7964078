#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace dure::node {

struct page_text {
  int number = 0;    ///< Counted from 1.
  std::string label; ///< What the document calls the page, e.g. "iv"; empty: nothing.
  std::string text;  ///< UTF-8.
};

struct outline_entry {
  std::string title;
  int level = 1;
  int page = 0; ///< 0: it leads to no page.
};

/// A piece of text for searching, with the pages it is from.
struct text_chunk {
  std::string text;
  int from_page = 0;
  int to_page = 0;
};

/// What was found in a document so far. A value.
struct parsed_document {
  int page_count = 0;
  std::map<std::string, nlohmann::json> metadata;
  std::vector<outline_entry> outline;
  std::vector<page_text> pages;
  std::vector<text_chunk> chunks;
  std::vector<std::string> warnings;
  std::vector<nlohmann::json> attachments; ///< Each names its artifact, if it was kept.
  std::vector<nlohmann::json> images;
  std::vector<nlohmann::json> thumbnails;
  nlohmann::json embeddings; ///< null: none were asked for.
  bool partial = false;      ///< A page could not be read, or not to its end.
};

/// Returns a page as results and artifacts show it.
nlohmann::json to_json(const page_text& page);

/// Returns the result of the job.
nlohmann::json to_json(const parsed_document& document);

/// Returns JSON as bytes; whatever is no UTF-8 is replaced.
std::string text_of(const nlohmann::json& value);

} // namespace dure::node
