-- signed documents; they outlive their machines, and each names the one before it
create table evidence (
  id bigint primary key,
  machine_id varchar(12) not null,
  about varchar(80) not null unique,
  at timestamp(6) with time zone not null,
  sha256 varchar(64) not null,
  document varchar not null
);
create index evidence_machine on evidence (machine_id);
