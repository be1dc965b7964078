#pragma once

#include <mutex>
#include <string>
#include <vector>

namespace dure::node {

/// The first of what poppler complains about while this lives, in its words. Thread-safe; one at a
/// time in a process, as poppler has one place to complain at.
class pdf_complaints {
public:
  pdf_complaints();
  ~pdf_complaints();
  pdf_complaints(const pdf_complaints&) = delete;
  pdf_complaints& operator=(const pdf_complaints&) = delete;

  void take(const char* message);
  std::vector<std::string> all() const;

private:
  mutable std::mutex held_;
  std::vector<std::string> kept_;
};

} // namespace dure::node
