#include "gateway/api/waiting_text.hpp"

namespace dure::gateway {

std::string waiting_text(const queries::waiting& w, language in) {
  const bool korean = in == language::korean;
  if (w.reason == queries::wait_reason::quota && korean)
    return "모델 사용 한도를 기다리는 중입니다. 약 " + std::to_string(w.about.count()) +
           "초 걸립니다.";
  if (w.reason == queries::wait_reason::no_node)
    return korean ? "이 작업 종류를 실행할 수 있는 노드가 없습니다."
                  : "no living node offers this kind of job";
  if (w.reason != queries::wait_reason::provider)
    return w.detail;
  const auto text = korean ? std::string{"모델 제공자를 기다리는 중입니다"}
                           : std::string{"waiting for the provider of the model"};
  return w.detail.empty() ? text : text + ": " + w.detail;
}

} // namespace dure::gateway
