# Starts the Java programs of integTest for ./demo and ./bench: finds a JDK, builds what changed, passes the arguments on. The
# programs read the arguments, check the machine and print all else.
set -uo pipefail
caller=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

JAVA_WANTED=21 # OpenSearch and the plugin
DISK_WANTED_MB=4096 # build and distribution
STAMP=target/demo/built # there after a complete build, with the time at which that began

if [ -t 1 ]; then terminal=1; else terminal=0; fi
paint() { if [ $terminal = 1 ] && [ -z "${NO_COLOR:-}" ]; then printf '\033[%sm%s\033[0m' "$1" "$2"; else printf '%s' "$2"; fi; }
fail() { printf '%s\n' "$(paint 31 " ✘ $1")" >&2; exit 1; }

# Prints the major version of the JDK in a folder, nothing when there is none.
version_of() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return
  local version
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null)
  [ -n "$version" ] || version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
  echo "$version"
}

# The JDK that is set, the one on the path, then the newest of those in the usual places.
find_jdk() {
  local home version best=0 found=
  for home in "${JAVA_HOME:-}" "$(dirname "$(dirname "$(readlink -f "$(command -v javac)" 2>/dev/null)")" 2>/dev/null)"; do
    version=$(version_of "$home")
    if [ -n "$version" ] && [ "$version" -ge $JAVA_WANTED ]; then echo "$home"; return; fi
  done
  for home in "$(/usr/libexec/java_home -v $JAVA_WANTED+ 2>/dev/null)" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
      "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.asdf/installs/java/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    version=$(version_of "$home")
    if [ -n "$version" ] && [ "$version" -ge $JAVA_WANTED ] && [ "$version" -gt "$best" ]; then best=$version found=$home; fi
  done
  echo "$found"
}

# Maven's output becomes one line that changes on a terminal, and a line for each new step elsewhere.
watch_maven() {
  local line step= shown= status
  while true; do
    if IFS= read -r ${1:+-t 1} line; then
      case $line in
        *"Downloading from"*) step="downloading ${line##*/}" ;;
        "[INFO] --- "*) step=$(echo "$line" | sed -E 's/^.*--- (maven-)?([a-z-]*)-plugin:[^:]*:([^ ]*) \(([^)]*)\).*/\2: \3 \4/') ;;
      esac
    else
      status=$?
      [ $status -gt 128 ] || break
    fi
    if [ $terminal = 1 ]; then
      printf '\r\033[2K %s Building  %s  %s' "$(paint 36 ⠿)" "${step:0:70}" "$(paint 2 "$SECONDS s")"
    elif [ "$step" != "$shown" ] && [ "${step#downloading}" = "$step" ]; then
      printf ' … Building  %s\n' "$step"
      shown=$step
    fi
  done
  [ $terminal = 1 ] && printf '\r\033[2K'
  return 0
}

build() {
  local log=target/demo/build.log timed= free
  command -v mvn >/dev/null || fail "Maven (mvn) is needed to build and is not on the path: install Maven 3.8 or later"
  mkdir -p target/demo && touch "$STAMP.begun" || fail "cannot write to $PWD/target"
  free=$(df -Pm target | awk 'NR == 2 { print $4 }')
  [ "$free" -ge $DISK_WANTED_MB ] || fail "$free MB are free in $PWD and $DISK_WANTED_MB MB are needed"
  [ "${BASH_VERSINFO[0]}" -ge 4 ] && timed=yes
  SECONDS=0
  JAVA_HOME=$jdk mvn -B -DskipTests package dependency:build-classpath -Dmdep.outputFile=target/demo/classpath -Dmdep.includeScope=test 2>&1 |
    tee "$log" | watch_maven $timed
  if [ "${PIPESTATUS[0]}" != 0 ]; then
    grep -E 'ERROR' "$log" | grep -v 'Help 1\|re-run Maven\|Re-run Maven\|For more information\|ERROR\] *$' | head -n 12 >&2
    fail "the build failed; all of it is in $log"
  fi
  mv "$STAMP.begun" "$STAMP"
  printf '%s plugin built  %s\n' "$(paint 32 ' ✔')" "$(paint 2 "$SECONDS s")"
}

changed() { [ -n "$(find "$@" -newer "$STAMP" -print 2>/dev/null | head -n 1)" ]; }

# start HOW ARGUMENT...: runs the class main, HOW being exec or command.
start() {
  local how=$1 columns=0
  shift
  [ $terminal = 1 ] && columns=$(tput cols 2>/dev/null || echo 100)
  $how "$jdk/bin/java" -XX:+UseSerialGC -Xmx1g -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 --enable-native-access=ALL-UNNAMED \
    -Dtests.opensearch.logger.level=error -Daffinity.terminal="$columns" -Daffinity.target="$PWD/target" -Daffinity.caller="$caller" \
    -Daffinity.command="./${0##*/} $*" -Daffinity.stale="$stale" \
    -cp "target/test-classes:target/classes:$(cat target/demo/classpath)" "$main" "$@"
}

# launch CLASS USAGE ARGUMENT...: runs a program. The usage is for --help without a build.
launch() {
  local main=org.opensearch.affinity.integ.$1 usage=$2 status stale=
  shift 2
  jdk=$(find_jdk)
  if [ -z "$jdk" ] || [ ! -f "$STAMP" ] || [ ! -f target/test-classes/org/opensearch/affinity/integ/console/Launcher.class ]; then
    case " $* " in
      *' -h '* | *' --help '*)
        printf '%s\n\n%s\n' "$usage" 'The options are listed once there is a build: the first run makes one. Needs a JDK of 21 or later, Maven and 4 GB of disk.'
        exit ;;
    esac
    [ -n "$jdk" ] || fail "a JDK of version $JAVA_WANTED or later is needed and none was found: install one, or set JAVA_HOME to it"
    build
  elif changed pom.xml src plugin models integTest; then
    # The old classes answer what needs no build (see Launcher).
    if changed integTest/java; then stale=options; else stale=sources; fi
    start command "$@"
    status=$?
    case $status in 0 | 2) exit $status ;; 3) exit 1 ;; esac
    stale=
    build
  fi
  start exec "$@"
}
