#include "node/handlers/document/pdf/pdf_outline.hpp"

#include "node/handlers/document/pdf/pdf_text.hpp"

#include <Link.h>
#include <Outline.h>
#include <PDFDoc.h>

namespace dure::node {

namespace {

constexpr std::size_t entries_max = 10'000;
constexpr int levels_max = 32;

int page_of(PDFDoc& document, const LinkDest& destination) {
  const int page = destination.isPageRef() ? document.findPage(destination.getPageRef())
                                           : destination.getPageNum();
  return page > 0 && page <= document.getNumPages() ? page : 0;
}

int page_of(PDFDoc& document, const LinkAction* action) {
  const auto* link = dynamic_cast<const LinkGoTo*>(action);
  if (link == nullptr)
    return 0;
  if (link->getDest() != nullptr)
    return page_of(document, *link->getDest());
  const auto named =
      link->getNamedDest() ? document.findDest(link->getNamedDest()) : std::unique_ptr<LinkDest>{};
  return named ? page_of(document, *named) : 0;
}

void gather(PDFDoc& document, const std::vector<OutlineItem*>& items, int level,
            std::vector<outline_entry>& found) {
  for (OutlineItem* item : items) {
    if (found.size() == entries_max)
      return;
    const auto length = static_cast<std::size_t>(std::max(item->getTitleLength(), 0));
    found.push_back(
        {utf8_of({item->getTitle(), length}), level, page_of(document, item->getAction())});
    if (level == levels_max || !item->hasKids())
      continue;
    item->open();
    if (const auto* below = item->getKids())
      gather(document, *below, level + 1, found);
  }
}

} // namespace

std::vector<outline_entry> outline_of(PDFDoc& document) {
  std::vector<outline_entry> found;
  Outline* outline = document.getOutline();
  if (const auto* items = outline != nullptr ? outline->getItems() : nullptr)
    gather(document, *items, 1, found);
  return found;
}

} // namespace dure::node
