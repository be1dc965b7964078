#pragma once

#include "gateway/http/exchange.hpp"

/// One function for each route of the contract; the table is in router.cpp.
namespace dure::gateway::handlers {

using outcome = boost::asio::awaitable<checked<response>>;

// submit.cpp
outcome submit_jobs(exchange& e);

// upload.cpp
outcome upload_file(exchange& e);

// documents.cpp
outcome upload_document(exchange& e);
outcome read_document_status(exchange& e);
outcome read_document(exchange& e);
outcome read_document_result(exchange& e);
outcome list_container(exchange& e);

// document_parts.cpp
outcome read_document_text(exchange& e);
outcome read_document_page(exchange& e);
outcome read_document_thumbnail(exchange& e);
outcome read_document_chunks(exchange& e);
outcome read_document_images(exchange& e);

// job_reads.cpp
outcome list_jobs(exchange& e);
outcome read_job(exchange& e);
outcome read_job_legacy(exchange& e);
outcome read_result(exchange& e);

// artifacts.cpp
outcome list_artifacts(exchange& e);
outcome read_artifact(exchange& e);

// job_logs.cpp
outcome read_logs(exchange& e);

// job_changes.cpp
outcome cancel_job(exchange& e);
outcome retry_job(exchange& e);
outcome prioritise_job(exchange& e);
outcome reschedule_job(exchange& e);
outcome delete_job(exchange& e);

// bulk.cpp
outcome change_jobs(exchange& e);

// queues.cpp
outcome list_queues(exchange& e);
outcome read_queue(exchange& e);
outcome pause_queue(exchange& e);
outcome resume_queue(exchange& e);
outcome change_queue_settings(exchange& e);

// queue_making.cpp
outcome put_queue(exchange& e);

// queue_restart.cpp
outcome restart_queue(exchange& e);

// system_prompts.cpp
outcome list_prompts(exchange& e);
outcome read_prompt(exchange& e);
outcome write_prompt(exchange& e);
outcome list_prompt_versions(exchange& e);
outcome roll_back_prompt(exchange& e);

// openapi.cpp
outcome openapi(exchange& e);
outcome docs_page(exchange& e);
outcome docs_script(exchange& e);
outcome docs_style(exchange& e);

// question_upload.cpp
outcome upload_questions(exchange& e);

// question_reads.cpp
outcome read_set_queue(exchange& e);
outcome read_set_status(exchange& e);
outcome list_questions(exchange& e);
outcome read_question(exchange& e);
outcome read_question_status(exchange& e);

// question_export.cpp
outcome export_questions_csv(exchange& e);
outcome export_questions_lines(exchange& e);

// question_changes.cpp
outcome write_explanation(exchange& e);
outcome regenerate_explanation(exchange& e);
outcome retry_failed_questions(exchange& e);
outcome cancel_questions(exchange& e);
outcome delete_question_set(exchange& e);

// cluster.cpp
outcome list_nodes(exchange& e);
outcome list_shards(exchange& e);
outcome drain_node(exchange& e);

// shards.cpp
outcome recover_shard(exchange& e);
outcome resolve_shard(exchange& e);

// health.cpp
outcome live(exchange& e);
outcome ready(exchange& e);
outcome metrics(exchange& e);

} // namespace dure::gateway::handlers
