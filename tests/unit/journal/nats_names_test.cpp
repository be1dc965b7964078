#include "node/journal/nats_names.hpp"

#include <gtest/gtest.h>
#include <set>

namespace dure::node {
namespace {

TEST(nats_names, are_readable) {
  EXPECT_EQ(nats_names::stream("main", "documents", 0), "DURE_MAIN_DOCUMENTS_0");
  EXPECT_EQ(nats_names::stream("a.b", "q-1", 12), "DURE_AdotB_Q-1_12");
  EXPECT_EQ(nats_names::journal_subject("a.b", "q-1", 12), "dure.a_b.journal.q-1.12");
  EXPECT_EQ(nats_names::progress_subject("main", "v1.docs", 0, "id"),
            "dure.main.progress.v1_docs.0.id");
  EXPECT_EQ(nats_names::all_progress("a.b"), "dure.a_b.progress.>");
  EXPECT_EQ(nats_names::bucket("a.b"), "dure-a_b");
}

TEST(nats_names, keep_different_logs_apart) {
  const std::string names[] = {"a", "adotb", "a.b", "a-b", "a..b", "a.", "a-", "dot", "0", "0.0"};
  std::set<std::string> streams, subjects;
  std::size_t logs = 0;
  for (const auto& cluster : names)
    for (const auto& queue : names)
      for (const std::uint16_t shard : {std::uint16_t{0}, std::uint16_t{1}}) {
        streams.insert(nats_names::stream(cluster, queue, shard));
        subjects.insert(nats_names::journal_subject(cluster, queue, shard));
        ++logs;
      }
  EXPECT_EQ(streams.size(), logs);
  EXPECT_EQ(subjects.size(), logs);
}

TEST(nats_names, are_legal) {
  for (const char* name : {"a..b", "a.", "a--", "0.-."}) {
    EXPECT_EQ(nats_names::stream(name, name, 0).find_first_of(".*> \t/\\"), std::string::npos);
    const auto subject = nats_names::journal_subject(name, name, 0);
    EXPECT_EQ(subject.find(".."), std::string::npos) << subject;
  }
}

} // namespace
} // namespace dure::node
