#include "node/handlers/document/pdf/pdf_complaints.hpp"

#include <GlobalParams.h>
#include <algorithm>

namespace dure::node {

namespace {

constexpr std::size_t complaints_max = 20;
constexpr std::size_t complaint_bytes_max = 200;

/// poppler's callback has no room for whom it is for.
pdf_complaints* listener = nullptr;

void on_complaint(ErrorCategory, Goffset, const char* message) {
  if (listener != nullptr)
    listener->take(message);
}

} // namespace

pdf_complaints::pdf_complaints() {
  listener = this;
  // poppler's tables live as long as one of these. poppler-cpp has one for each open document:
  // alone it would build them anew for each, which takes as long as a short document.
  static const GlobalParamsIniter kept{on_complaint};
}

pdf_complaints::~pdf_complaints() {
  listener = nullptr;
}

void pdf_complaints::take(const char* message) {
  const std::lock_guard lock{held_};
  if (kept_.size() == complaints_max)
    return;
  std::string shown = message;
  shown = shown.substr(0, std::min(shown.find('\n'), complaint_bytes_max));
  if (std::find(kept_.begin(), kept_.end(), shown) == kept_.end())
    kept_.push_back(std::move(shown));
}

std::vector<std::string> pdf_complaints::all() const {
  const std::lock_guard lock{held_};
  return kept_;
}

} // namespace dure::node
