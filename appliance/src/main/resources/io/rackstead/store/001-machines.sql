create table machine (
  id varchar(12) primary key,
  version bigint not null,
  state smallint not null,
  epoch bigint not null,
  hostname varchar(253) not null,
  document varchar not null
);

create unique index machine_hostname on machine (hostname);

create table machine_mac (
  mac varchar(17) primary key,
  machine_id varchar(12) not null references machine (id) on delete cascade
);

-- one log, one clock: what the door did, and every packet, fetch, BMC command and report
create table entry (
  id bigint primary key,
  at timestamp(6) with time zone not null,
  machine_id varchar(12),
  mac varchar(17),
  source varchar(20) not null,
  actor varchar(100) not null,
  text varchar(4000) not null,
  rule varchar(1000) not null,
  event varchar(60),
  from_state smallint,
  to_state smallint
);

create index entry_machine on entry (machine_id, id);
create index entry_mac on entry (mac, id);

create table task (
  id bigint primary key,
  machine_id varchar(12) not null references machine (id) on delete cascade,
  epoch bigint not null,
  kind varchar(40) not null,
  due_at timestamp(6) with time zone not null,
  tries int not null,
  last_error varchar(4000) not null
);

create table step (
  machine_id varchar(12) not null references machine (id) on delete cascade,
  seq bigint not null,
  epoch bigint not null,
  purpose varchar(20) not null,
  kind varchar(30) not null,
  name varchar(200) not null,
  repeatable boolean not null,
  timeout_s int not null,
  fields varchar not null,
  started_at timestamp(6) with time zone,
  ended_at timestamp(6) with time zone,
  status varchar(20) not null,
  exit_code int not null,
  seconds double precision not null,
  output varchar not null,
  facts varchar not null,
  primary key (machine_id, seq)
);

create table capability (
  text varchar(32) primary key,
  machine_id varchar(12) references machine (id) on delete cascade,
  mac varchar(17) not null,
  epoch bigint not null,
  purpose varchar(20) not null,
  address varchar(45) not null,
  expires_at timestamp(6) with time zone not null,
  used_at timestamp(6) with time zone
);

create table session (
  token_hash varchar(64) primary key,
  machine_id varchar(12) not null references machine (id) on delete cascade,
  address varchar(45) not null,
  created_at timestamp(6) with time zone not null
);

create table secret (
  owner varchar(200) primary key,
  sealed bytea not null check (octet_length(sealed) <= 4096)
);

create table script (
  name varchar(100) primary key,
  type varchar(20) not null,
  timeout_s int not null,
  sha256 varchar(64) not null,
  content bytea not null check (octet_length(content) <= 1048576)
);
