#include "gateway/api/failure_text.hpp"

#include <algorithm>

namespace dure::gateway {

namespace {

struct sentence {
  std::string_view code;
  std::string_view english;
  std::string_view korean;
};

/// Codes of handlers, of the sandbox and of the ledger.
constexpr sentence sentences[] = {
    {"answers_lost", "Its answer was lost again and again, and each may have been charged.",
     "답을 여러 번 잃었고, 그때마다 비용이 들었을 수 있습니다."},
    {"bad_artifact", "The handler named a file that is none of its own.",
     "처리기가 자신의 것이 아닌 파일을 결과로 지정했습니다."},
    {"cancelled", "It was cancelled.", "취소되었습니다."},
    {"cpu_limit", "It used more CPU time than is allowed.", "허용된 CPU 시간을 넘었습니다."},
    {"damaged", "The file is damaged and cannot be read.", "파일이 손상되어 읽을 수 없습니다."},
    {"empty_file", "The file is empty.", "파일이 비어 있습니다."},
    {"encrypted", "The file is encrypted. Send its password.",
     "암호로 보호된 파일입니다. 암호를 함께 보내 주세요."},
    {"exhausted", "It was tried too often.", "너무 여러 번 시도하여 중단했습니다."},
    {"file_size_limit", "A file that was made on the way is too large.",
     "처리 중에 만든 파일이 너무 큽니다."},
    {"files_unavailable", "The kept files cannot be reached.", "보관된 파일에 접근할 수 없습니다."},
    {"handler_crashed", "The handler crashed.", "처리기가 비정상 종료되었습니다."},
    {"handler_exited", "The handler ended without a result.", "처리기가 결과 없이 종료되었습니다."},
    {"handler_killed", "The handler was killed from outside.", "처리기가 외부에서 종료되었습니다."},
    {"handler_stopped", "The handler process was ended because of another job in it.",
     "같은 처리기에서 돌던 다른 작업 때문에 중단되었습니다."},
    {"handler_unavailable", "The handler cannot be started on this node.",
     "이 노드에서 처리기를 시작할 수 없습니다."},
    {"hard_timeout", "It took longer than is allowed.", "제한 시간을 넘었습니다."},
    {"input_corrupt", "The kept input is damaged.", "보관된 입력 파일이 손상되었습니다."},
    {"input_missing", "The input is not there any more.", "입력 파일이 더 이상 없습니다."},
    {"invalid_input", "A file is needed.", "파일이 필요합니다."},
    {"invalid_params", "The parameters are wrong.", "매개변수가 올바르지 않습니다."},
    {"invalid_question", "The question cannot be explained as it is.",
     "문제의 형식이 올바르지 않아 해설을 만들 수 없습니다."},
    {"io_failed", "A file could not be read or written.", "파일을 읽거나 쓰지 못했습니다."},
    {"lost", "The node was lost several times.", "노드와의 연결이 여러 번 끊겼습니다."},
    {"not_a_pdf", "The file is no PDF.", "PDF 파일이 아닙니다."},
    {"out_of_memory", "It used more memory than is allowed.", "허용된 메모리를 넘었습니다."},
    {"output_too_large", "The result is too large.", "결과가 너무 큽니다."},
    {"poison", "The input stopped its handlers again and again and was set apart.",
     "처리기를 반복해서 중단시킨 입력이라 격리했습니다."},
    {"protocol_error", "The handler broke the protocol.", "처리기가 통신 규약을 어겼습니다."},
    {"provider_answer_empty", "The model's answer was empty.", "모델의 답에 내용이 없습니다."},
    {"provider_answer_malformed", "The model's answer could not be read.",
     "모델의 답을 읽을 수 없습니다."},
    {"provider_answer_too_long", "The model's answer was too long.", "모델의 답이 너무 깁니다."},
    {"provider_key_refused", "The model's provider refused the API key.",
     "모델 제공자가 API 키를 거부했습니다."},
    {"provider_rate_limited", "The quota of the model's provider is used up.",
     "모델 제공자의 사용량 한도에 걸렸습니다."},
    {"provider_refused", "The model's provider refused the request.",
     "모델 제공자가 요청을 거부했습니다."},
    {"provider_timeout", "The model did not answer in time.",
     "모델이 제한 시간 안에 답하지 않았습니다."},
    {"provider_unavailable", "The model's provider cannot be reached.",
     "모델 제공자에 연결할 수 없습니다."},
    {"result_not_kept", "What it made cannot be stored.", "만든 결과를 저장할 수 없습니다."},
    {"result_refused", "Its result could not be kept.", "결과를 저장할 수 없었습니다."},
    {"silent", "The handler fell silent and was stopped.", "처리기가 응답하지 않아 중단했습니다."},
    {"soft_timeout", "It took longer than is allowed.", "제한 시간을 넘었습니다."},
    {"text_too_large", "The document has more text than can be kept.",
     "문서의 글이 보관할 수 있는 양보다 많습니다."},
    {"timed_out", "Nothing was heard of it in time.", "제한 시간 안에 소식이 없었습니다."},
    {"too_many_pages", "There are too many pages.", "쪽수가 너무 많습니다."},
    {"wrong_password", "The password is wrong.", "암호가 맞지 않습니다."},
};

const sentence* find_sentence(std::string_view code) {
  const auto* found = std::find_if(std::begin(sentences), std::end(sentences),
                                   [code](const sentence& one) { return one.code == code; });
  return found == std::end(sentences) ? nullptr : found;
}

} // namespace

std::string failure_text(const job_error& failure, language in) {
  const auto* found = find_sentence(failure.code);
  if (in == language::korean && found != nullptr)
    return std::string{found->korean};
  return failure.message;
}

std::string code_text(std::string_view code, language in) {
  const auto* found = find_sentence(code);
  if (found == nullptr)
    return std::string{code};
  return std::string{in == language::korean ? found->korean : found->english};
}

} // namespace dure::gateway
