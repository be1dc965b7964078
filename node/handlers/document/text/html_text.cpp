#include "node/handlers/document/text/html_text.hpp"

#include "node/handlers/document/text/folded_text.hpp"

#include <algorithm>
#include <array>
#include <gumbo.h>
#include <memory_resource>

namespace dure::node {

namespace {

constexpr std::size_t entries_max = 10'000;

bool is_hidden(GumboTag tag) {
  switch (tag) {
  case GUMBO_TAG_HEAD:
  case GUMBO_TAG_SCRIPT:
  case GUMBO_TAG_STYLE:
  case GUMBO_TAG_TEMPLATE:
  case GUMBO_TAG_NOSCRIPT:
  case GUMBO_TAG_SVG:
  case GUMBO_TAG_IFRAME:
  case GUMBO_TAG_OBJECT:
  case GUMBO_TAG_SELECT:
    return true;
  default:
    return false;
  }
}

bool is_inline(GumboTag tag) {
  constexpr std::array<GumboTag, 27> tags{
      GUMBO_TAG_A,     GUMBO_TAG_ABBR, GUMBO_TAG_B,      GUMBO_TAG_BDI, GUMBO_TAG_BDO,
      GUMBO_TAG_BIG,   GUMBO_TAG_CITE, GUMBO_TAG_CODE,   GUMBO_TAG_DEL, GUMBO_TAG_DFN,
      GUMBO_TAG_EM,    GUMBO_TAG_FONT, GUMBO_TAG_I,      GUMBO_TAG_IMG, GUMBO_TAG_INS,
      GUMBO_TAG_KBD,   GUMBO_TAG_MARK, GUMBO_TAG_Q,      GUMBO_TAG_S,   GUMBO_TAG_SAMP,
      GUMBO_TAG_SMALL, GUMBO_TAG_SPAN, GUMBO_TAG_STRONG, GUMBO_TAG_SUB, GUMBO_TAG_SUP,
      GUMBO_TAG_TIME,  GUMBO_TAG_U};
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

int heading_level(GumboTag tag) {
  return tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6 ? tag - GUMBO_TAG_H1 + 1 : 0;
}

std::string attribute(const GumboElement& element, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&element.attributes, name);
  return found == nullptr ? "" : found->value;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

/// Goes through a tree without recursion and writes down what it says.
class html_reading {
public:
  text_findings read(const GumboNode* root) {
    const GumboNode* node = root;
    while (node != nullptr) {
      const bool below = enter(*node);
      const GumboVector* children = below ? children_of(*node) : nullptr;
      if (children != nullptr && children->length > 0) {
        node = static_cast<const GumboNode*>(children->data[0]);
        continue;
      }
      node = after(node, root);
    }
    found_.text = text_.take();
    return std::move(found_);
  }

private:
  static const GumboVector* children_of(const GumboNode& node) {
    const bool element = node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE;
    return element ? &node.v.element.children : nullptr;
  }

  /// Leaves `node`, and those above it that are over; returns what comes next.
  const GumboNode* after(const GumboNode* node, const GumboNode* root) {
    for (; node != root; node = node->parent) {
      leave(*node);
      const GumboVector* siblings = children_of(*node->parent);
      const std::size_t next = node->index_within_parent + 1;
      if (siblings != nullptr && next < siblings->length)
        return static_cast<const GumboNode*>(siblings->data[next]);
    }
    leave(*root);
    return nullptr;
  }

  /// Returns whether what is below it counts.
  bool enter(const GumboNode& node) {
    if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE ||
        node.type == GUMBO_NODE_CDATA)
      take_text(node.v.text.text);
    if (node.type != GUMBO_NODE_ELEMENT)
      return false;
    const GumboElement& element = node.v.element;
    if (element.tag == GUMBO_TAG_HEAD)
      read_head(element);
    if (is_hidden(element.tag))
      return false;
    if (element.tag == GUMBO_TAG_BR)
      text_.end_line();
    else if (!is_inline(element.tag) && element.tag != GUMBO_TAG_TD && element.tag != GUMBO_TAG_TH)
      text_.begin_block();
    if (element.tag == GUMBO_TAG_IMG)
      take_text(attribute(element, "alt").c_str());
    preformatted_ += element.tag == GUMBO_TAG_PRE || element.tag == GUMBO_TAG_TEXTAREA;
    if (const int level = heading_level(element.tag); level > 0 && !heading_)
      if (found_.outline.size() < entries_max) {
        found_.outline.push_back({{}, level, 1});
        heading_ = &node;
      }
    return true;
  }

  void leave(const GumboNode& node) {
    if (node.type != GUMBO_NODE_ELEMENT || is_hidden(node.v.element.tag))
      return;
    const GumboTag tag = node.v.element.tag;
    if (heading_ == &node) {
      found_.outline.back().title = heading_text_.take();
      heading_ = nullptr;
    }
    preformatted_ -= tag == GUMBO_TAG_PRE || tag == GUMBO_TAG_TEXTAREA;
    if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH)
      text_.end_cell();
    else if (!is_inline(tag))
      text_.begin_block();
  }

  void take_text(const char* text) {
    text_.add(text, preformatted_ > 0);
    if (heading_ != nullptr)
      heading_text_.add(text, false);
  }

  void read_head(const GumboElement& head) {
    for (unsigned int n = 0; n < head.children.length; ++n) {
      const auto& node = *static_cast<const GumboNode*>(head.children.data[n]);
      if (node.type != GUMBO_NODE_ELEMENT)
        continue;
      if (node.v.element.tag == GUMBO_TAG_TITLE && node.v.element.children.length > 0)
        read_title(*static_cast<const GumboNode*>(node.v.element.children.data[0]));
      else if (node.v.element.tag == GUMBO_TAG_META)
        read_meta(node.v.element);
    }
  }

  void read_title(const GumboNode& node) {
    folded_text title;
    title.add(node.v.text.text, false);
    if (auto text = title.take(); !text.empty())
      found_.metadata["title"] = std::move(text);
  }

  void read_meta(const GumboElement& element) {
    static constexpr std::array<std::string_view, 5> names{"author", "description", "keywords",
                                                           "generator", "date"};
    const std::string name = lower(attribute(element, "name"));
    const std::string content = attribute(element, "content");
    if (!content.empty() && std::find(names.begin(), names.end(), name) != names.end())
      found_.metadata[name] = content;
  }

  text_findings found_;
  folded_text text_;
  int preformatted_ = 0;
  const GumboNode* heading_ = nullptr; ///< The one we are in.
  folded_text heading_text_;
};

/// gumbo's memory; what it gives back early is not used again.
void* take_memory(void* arena, std::size_t bytes) {
  return static_cast<std::pmr::memory_resource*>(arena)->allocate(bytes);
}

void leave_memory(void*, void*) {}

} // namespace

/// The tree goes with its arena: gumbo would take it down by recursion, and a hostile tree is as
/// deep as the file is long.
text_findings html_text(const std::string& html) {
  std::pmr::monotonic_buffer_resource arena{html.size() * 4 + 4'096};
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  options.userdata = &arena;
  options.allocator = take_memory;
  options.deallocator = leave_memory;
  const GumboOutput* const parsed = gumbo_parse_with_options(&options, html.data(), html.size());
  return html_reading{}.read(parsed->root);
}

} // namespace dure::node
