#include "gateway/api/failure_text.hpp"

#include <algorithm>

namespace dure::gateway {

namespace {

struct sentence {
  std::string_view code;
  std::string_view korean;
};

/// Codes of handlers, of the sandbox and of the ledger.
constexpr sentence sentences[] = {
    {"cpu_limit", "허용된 CPU 시간을 넘었습니다."},
    {"damaged", "파일이 손상되어 읽을 수 없습니다."},
    {"empty_file", "파일이 비어 있습니다."},
    {"encrypted", "암호로 보호된 파일입니다. 암호를 함께 보내 주세요."},
    {"file_size_limit", "처리 중에 만든 파일이 너무 큽니다."},
    {"handler_crashed", "처리기가 비정상 종료되었습니다."},
    {"handler_exited", "처리기가 결과 없이 종료되었습니다."},
    {"handler_killed", "처리기가 외부에서 종료되었습니다."},
    {"handler_unavailable", "이 노드에서 처리기를 시작할 수 없습니다."},
    {"hard_timeout", "제한 시간을 넘었습니다."},
    {"input_corrupt", "보관된 입력 파일이 손상되었습니다."},
    {"input_missing", "입력 파일이 더 이상 없습니다."},
    {"invalid_input", "파일이 필요합니다."},
    {"invalid_params", "매개변수가 올바르지 않습니다."},
    {"io_failed", "파일을 읽거나 쓰지 못했습니다."},
    {"lost", "노드와의 연결이 여러 번 끊겼습니다."},
    {"not_a_pdf", "PDF 파일이 아닙니다."},
    {"out_of_memory", "허용된 메모리를 넘었습니다."},
    {"output_too_large", "결과가 너무 큽니다."},
    {"poison", "처리기를 반복해서 중단시킨 입력이라 격리했습니다."},
    {"provider_answer_empty", "모델의 답에 내용이 없습니다."},
    {"provider_answer_malformed", "모델의 답을 읽을 수 없습니다."},
    {"provider_answer_too_long", "모델의 답이 너무 깁니다."},
    {"provider_key_refused", "모델 제공자가 API 키를 거부했습니다."},
    {"provider_rate_limited", "모델 제공자의 사용량 한도에 걸렸습니다."},
    {"provider_refused", "모델 제공자가 요청을 거부했습니다."},
    {"provider_timeout", "모델이 제한 시간 안에 답하지 않았습니다."},
    {"provider_unavailable", "모델 제공자에 연결할 수 없습니다."},
    {"silent", "처리기가 응답하지 않아 중단했습니다."},
    {"soft_timeout", "제한 시간을 넘었습니다."},
    {"text_too_large", "문서의 글이 보관할 수 있는 양보다 많습니다."},
    {"timed_out", "제한 시간 안에 소식이 없었습니다."},
    {"too_many_pages", "쪽수가 너무 많습니다."},
    {"wrong_password", "암호가 맞지 않습니다."},
};

} // namespace

std::string failure_text(const job_error& failure, language in) {
  auto found = std::find_if(std::begin(sentences), std::end(sentences),
                            [&](const sentence& one) { return one.code == failure.code; });
  if (in == language::korean && found != std::end(sentences))
    return std::string{found->korean};
  return failure.message;
}

} // namespace dure::gateway
