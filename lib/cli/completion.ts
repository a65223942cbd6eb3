/**
 * The verb completion: scripts that teach a shell the verbs and flags.
 */
import type { Command } from 'commander';

export type Shell = 'bash' | 'zsh' | 'fish';

/** What may follow a verb; the empty verb is the beginning of the line. */
interface Words {
  readonly verb: string;
  /** verbs below it, values of its arguments where there are few */
  readonly words: readonly string[];
  readonly flags: readonly string[];
}

/** A script for the shell, made of the verbs that the program has. */
export function completionScript(program: Command, shell: Shell): string {
  const all = collect(program, '', flagsOf(program));
  switch (shell) {
    case 'bash':
      return bashScript(all);
    case 'zsh':
      return zshScript(all);
    case 'fish':
      return fishScript(all);
    default:
      return shell satisfies never;
  }
}

function collect(command: Command, verb: string, common: readonly string[]): Words[] {
  const words = [
    ...command.commands.map((child) => child.name()),
    ...command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  ];
  const flags = [...new Set([...flagsOf(command), ...common, '--help'])];
  const below = command.commands.flatMap((child) => collect(child, `${verb} ${child.name()}`.trim(), common));
  return [{ verb, words, flags }, ...below];
}

function flagsOf({ options }: Command): string[] {
  return options.flatMap(({ long }) => long ?? []);
}

/** The verb is what was typed before without flags, as far as it is one. */
function bashScript(all: readonly Words[]): string {
  const cases = all.map(
    ({ verb, words, flags }) => `    "${verb}") words="${words.join(' ')}"; flags="${flags.join(' ')}" ;;`,
  );
  return `# kpr completion bash > /etc/bash_completion.d/kpr
_kpr() {
  local current="\${COMP_WORDS[COMP_CWORD]}" verb="" word words flags
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " ${verbsOf(all).join(' ')} " in *" \${verb:+\${verb}_}\${word} "*) verb="\${verb:+\${verb} }\${word}" ;; esac
  done
  case "\${verb}" in
${cases.join('\n')}
  esac
  case "\${current}" in
    -*) COMPREPLY=($(compgen -W "\${flags}" -- "\${current}")) ;;
    *) COMPREPLY=($(compgen -W "\${words}" -- "\${current}")) ;;
  esac
}
complete -o default -F _kpr kpr
`;
}

function zshScript(all: readonly Words[]): string {
  const cases = all.map(
    ({ verb, words, flags }) => `    "${verb}") candidates=(${words.join(' ')}); flags=(${flags.join(' ')}) ;;`,
  );
  return `#compdef kpr
# kpr completion zsh > "\${fpath[1]}/_kpr"
_kpr() {
  local verb="" word
  local -a candidates flags
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case " ${verbsOf(all).join(' ')} " in (*" \${verb:+\${verb}_}\${word} "*) verb="\${verb:+\${verb} }\${word}" ;; esac
  done
  case "\${verb}" in
${cases.join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then compadd -- "\${flags[@]}"; else compadd -- "\${candidates[@]}"; fi
}
# as a file in fpath it is the function itself
if [[ "\${funcstack[1]}" == _kpr ]]; then _kpr "$@"; else compdef _kpr kpr; fi
`;
}

function fishScript(all: readonly Words[]): string {
  const lines = all.flatMap(({ verb, words, flags }) => {
    const condition = `"test (__kpr_verb) = '${verb}'"`;
    const offered = words.length > 0 ? [`complete -c kpr -f -n ${condition} -a '${words.join(' ')}'`] : [];
    return [...offered, ...flags.map((flag) => `complete -c kpr -n ${condition} -l ${flag.slice(2)}`)];
  });
  return `# kpr completion fish > ~/.config/fish/completions/kpr.fish
function __kpr_verb
  set -l verb ''
  for word in (commandline -opc)[2..]
    set -l longer (string trim -- "$verb $word")
    contains -- (string replace -- ' ' _ "$longer") ${verbsOf(all).join(' ')}; and set verb $longer
  end
  echo $verb
end
${lines.join('\n')}
`;
}

/** `queue_stats`: one word for each verb. */
function verbsOf(all: readonly Words[]): string[] {
  return all.flatMap(({ verb }) => (verb === '' ? [] : [verb.replace(' ', '_')]));
}
