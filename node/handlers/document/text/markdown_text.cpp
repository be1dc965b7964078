#include "node/handlers/document/text/markdown_text.hpp"

#include <algorithm>
#include <cmark.h>
#include <memory>

namespace dure::node {

namespace {

constexpr std::size_t entries_max = 10'000;

struct free_node {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};

struct free_walk {
  void operator()(cmark_iter* walk) const { cmark_iter_free(walk); }
};

/// Walks over a tree without recursion: a hostile text nests as deep as it is long.
std::vector<outline_entry> headings_of(cmark_node* document) {
  std::vector<outline_entry> found;
  const std::unique_ptr<cmark_iter, free_walk> walk{cmark_iter_new(document)};
  bool within = false;
  for (auto event = cmark_iter_next(walk.get());
       event != CMARK_EVENT_DONE && found.size() <= entries_max;
       event = cmark_iter_next(walk.get())) {
    cmark_node* const node = cmark_iter_get_node(walk.get());
    const cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_HEADING) {
      within = event == CMARK_EVENT_ENTER;
      if (within)
        found.push_back({{}, cmark_node_get_heading_level(node), 1});
    } else if (within && (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE)) {
      found.back().title += cmark_node_get_literal(node);
    } else if (within && (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)) {
      found.back().title += ' ';
    }
  }
  return found;
}

} // namespace

text_findings markdown_text(std::string text) {
  const std::unique_ptr<cmark_node, free_node> document{
      cmark_parse_document(text.data(), text.size(), CMARK_OPT_DEFAULT)};
  text_findings found;
  found.outline = headings_of(document.get());
  const auto highest =
      std::min_element(found.outline.begin(), found.outline.end(),
                       [](const auto& a, const auto& b) { return a.level < b.level; });
  if (highest != found.outline.end())
    found.metadata["title"] = highest->title;
  found.text = std::move(text);
  return found;
}

} // namespace dure::node
