#include "node/cli/completion.hpp"

namespace dure::node {

namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string names_of(const std::vector<completed_command>& commands) {
  std::vector<std::string> names;
  for (const auto& command : commands)
    names.push_back(command.name);
  return joined(names);
}

std::string for_bash(const std::vector<completed_command>& commands) {
  std::string script = "# Load with: source <(dure completion bash)\n"
                       "_dure() {\n"
                       "  local word=${COMP_WORDS[COMP_CWORD]} words= files=\n"
                       "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                       "    words='" +
                       names_of(commands) +
                       "'\n  else\n"
                       "    case ${COMP_WORDS[1]} in\n";
  for (const auto& command : commands)
    script += "      " + command.name + ") words='" + joined(command.options) + "'" +
              (command.takes_files ? " files=1" : "") + " ;;\n";
  return script + "    esac\n"
                  "  fi\n"
                  "  COMPREPLY=()\n"
                  "  if [ -n \"$files\" ] && [ \"${word#-}\" = \"$word\" ]; then\n"
                  "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
                  "    compopt -o filenames 2>/dev/null\n"
                  "  else\n"
                  "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
                  "  fi\n"
                  "}\n"
                  "complete -F _dure dure\n";
}

std::string for_zsh(const std::vector<completed_command>& commands) {
  std::string script = "#compdef dure\n"
                       "# Load with: source <(dure completion zsh)\n"
                       "_dure() {\n"
                       "  if (( CURRENT == 2 )); then\n"
                       "    compadd -- " +
                       names_of(commands) +
                       "\n    return\n"
                       "  fi\n"
                       "  case ${words[2]} in\n";
  for (const auto& command : commands)
    script += "    " + command.name + ") compadd -- " + joined(command.options) +
              (command.takes_files ? "; _files" : "") + " ;;\n";
  return script + "  esac\n"
                  "}\n"
                  "compdef _dure dure\n";
}

/// fish has one way to quote: ' and \ escaped between single quotes.
std::string fish_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\')
      quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string for_fish(const std::vector<completed_command>& commands) {
  std::string script = "# Load with: dure completion fish | source\n"
                       "complete -c dure -f\n";
  for (const auto& command : commands) {
    script += "complete -c dure -n __fish_use_subcommand -a " + command.name + " -d " +
              fish_quoted(command.help) + "\n";
    const auto inside = " -n '__fish_seen_subcommand_from " + command.name + "'";
    for (const auto& option : command.options)
      if (option.starts_with("--"))
        script += "complete -c dure" + inside + " -l " + option.substr(2) + "\n";
    if (command.takes_files)
      script += "complete -c dure" + inside + " -F\n";
  }
  return script;
}

} // namespace

std::string completion_script(const std::string& shell,
                              const std::vector<completed_command>& commands) {
  if (shell == "bash")
    return for_bash(commands);
  if (shell == "zsh")
    return for_zsh(commands);
  return shell == "fish" ? for_fish(commands) : "";
}

} // namespace dure::node
