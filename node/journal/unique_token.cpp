#include "node/journal/unique_token.hpp"

#include "actors/core/error.hpp"
#include "node/journal/nats_handles.hpp"

namespace dure::node {

std::string unique_token() {
  natsInbox* inbox = nullptr;
  DURE_CHECK(natsInbox_Create(&inbox) == NATS_OK);
  const std::string subject{inbox};
  natsInbox_Destroy(inbox);
  return subject.substr(subject.rfind('.') + 1);
}

} // namespace dure::node
