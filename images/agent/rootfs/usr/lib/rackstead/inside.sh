# Paths inside a mounted system that is not ours: its links are followed as that system would follow
# them, never out of its root.

# inside DIRECTORY: PLACE is that directory below ROOT, made where it is missing
inside() {
  local todo=$1/ hops=0 part target
  PLACE=$ROOT
  while [ -n "$todo" ]; do
    part=${todo%%/*} todo=${todo#*/}
    case $part in
    '' | .) continue ;;
    ..)
      [ "$PLACE" = "$ROOT" ] || PLACE=${PLACE%/*}
      continue
      ;;
    esac
    if [ -L "$PLACE/$part" ]; then
      hops=$((hops + 1))
      [ "$hops" -le 40 ] || die "$1 goes through more than 40 links"
      target=$(readlink "$PLACE/$part") || die "$1 goes through a link that cannot be read"
      case $target in /*) PLACE=$ROOT ;; esac
      todo=$target/$todo
    elif [ -d "$PLACE/$part" ]; then
      PLACE=$PLACE/$part
    elif [ -e "$PLACE/$part" ]; then
      die "$1 cannot be a directory: $part is something else there"
    else
      mkdir -m 0755 "$PLACE/$part" || die "$1 cannot be made"
      PLACE=$PLACE/$part
    fi
  done
}

# put_inside FILE PATH MODE: the file at that absolute path below ROOT, replaced as a whole
put_inside() {
  local last
  case $2 in /*) ;; *) die "the path '$2' is not absolute" ;; esac
  case $2/ in *[[:cntrl:]]* | */../* | */./* | *//*) die "the path '$2' cannot be written to" ;; esac
  case $3 in [0-7][0-7][0-7] | 0[0-7][0-7][0-7]) ;; *) die "'$3' is no file mode" ;; esac
  inside "${2%/*}"
  last=${2##*/}
  [ -L "$PLACE/$last" ] || [ ! -d "$PLACE/$last" ] || die "'$2' is a directory there"
  rm -f "$PLACE/.rackstead-new" "$PLACE/$last" || die "'$2' cannot be replaced"
  (umask 077 && cat "$1" >"$PLACE/.rackstead-new") || die "'$2' cannot be written"
  chmod "$3" "$PLACE/.rackstead-new" || die "'$2' cannot get mode $3"
  mv -f "$PLACE/.rackstead-new" "$PLACE/$last" || die "'$2' cannot be put in place"
}
