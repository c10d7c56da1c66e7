# What the scripts of the repository root share; they source this from there.

JAVA_WANTED=21 # OpenSearch and the plugin
STAMP=target/demo/built

if [ -t 1 ]; then terminal=1; else terminal=0; fi
paint() { if [ $terminal = 1 ] && [ -z "${NO_COLOR:-}" ]; then printf '\033[%sm%s\033[0m' "$1" "$2"; else printf '%s' "$2"; fi; }
good() { printf '%s %s\n' "$(paint 32 ' ✔')" "$1"; }
fail() { printf '%s\n' "$(paint 31 " ✘ $1")" >&2; exit 1; }

# --- what is needed -----------------------------------------------------------------------------------------------------

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

free_memory_mb() {
  if [ -r /proc/meminfo ]; then
    awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo
  else
    echo $(($(sysctl -n hw.memsize 2>/dev/null || echo 0) / 1048576))
  fi
}

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Sets jdk, or ends with what is missing.
require_tools() {
  jdk=$(find_jdk)
  [ -n "$jdk" ] || fail "a JDK of version $JAVA_WANTED or later is needed and none was found: install one, or set JAVA_HOME to it"
  command -v mvn >/dev/null || fail "Maven (mvn) is needed to build and is not on the path: install Maven 3.8 or later"
  mkdir -p target/demo || fail "cannot write to $PWD/target"
}

# Megabytes of memory and of disk that must be free.
require_room() {
  local memory disk
  memory=$(free_memory_mb)
  [ "$memory" -ge "$1" ] || fail "$memory MB of memory are free and $1 MB are needed: close something"
  disk=$(df -Pm target | awk 'NR == 2 { print $4 }')
  [ "$disk" -ge "$2" ] || fail "$disk MB are free in $PWD and $2 MB are needed"
}

# --- build, unless nothing changed --------------------------------------------------------------------------------------

# Maven's output becomes one line that changes on a terminal, and a line for each new step elsewhere.
watch_maven() {
  local line step= shown= status began=$SECONDS
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
      printf '\r\033[2K %s Building  %s  %s' "$(paint 36 ⠿)" "${step:0:70}" "$(paint 2 "$((SECONDS - began)) s")"
    elif [ "$step" != "$shown" ] && [ "${step#downloading}" = "$step" ]; then
      printf ' … Building  %s\n' "$step"
      shown=$step
    fi
  done
  [ $terminal = 1 ] && printf '\r\033[2K'
  return 0
}

# Runs Maven quietly, its output going to the log that comes first; ends with its errors when it fails.
maven() {
  local log=$1 timed=
  shift
  [ "${BASH_VERSINFO[0]}" -ge 4 ] && timed=yes
  JAVA_HOME=$jdk mvn -B "$@" 2>&1 | tee "$log" | watch_maven $timed
  if [ "${PIPESTATUS[0]}" != 0 ]; then
    grep -E 'ERROR' "$log" | grep -v 'Help 1\|re-run Maven\|Re-run Maven\|For more information\|ERROR\] *$' | head -n 12 >&2
    fail "the build failed; all of it is in $log"
  fi
}

build() {
  local began=$SECONDS
  touch "$STAMP.begun"
  maven target/demo/build.log -DskipTests package dependency:build-classpath \
    -Dmdep.outputFile=target/demo/classpath -Dmdep.includeScope=test
  mv "$STAMP.begun" "$STAMP"
  good "plugin built  $(paint 2 "$((SECONDS - began)) s")"
}

# Sets zip and distribution.
require_build() {
  local changed
  changed=$(find pom.xml src plugin models integTest -newer "$STAMP" -print 2>/dev/null | head -n 1)
  zip=$(ls -t target/releases/opensearch-affinity-*.zip 2>/dev/null | head -n 1)
  if [ ! -f "$STAMP" ] || [ ! -f target/demo/classpath ] || [ -n "$changed" ] || [ -z "$zip" ]; then
    build
    zip=$(ls -t target/releases/opensearch-affinity-*.zip | head -n 1)
  else
    good "plugin is built, nothing changed since"
  fi
  distribution=$(ls -d target/distribution/opensearch-* | head -n 1)
}
