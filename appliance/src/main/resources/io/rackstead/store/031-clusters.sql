-- what nodes fetch from us at their first start; the bytes lie in files by their digest
create table artifact (
  id bigint primary key,
  name varchar(64) not null unique,
  url varchar(2000) not null,
  sha256 varchar(64) not null,
  bytes bigint not null,
  state varchar(20) not null,
  tries int not null,
  due_at timestamp(6) with time zone not null,
  why varchar(1000) not null
);

-- clusters: what is wanted, how far it is, and what only its nodes may know (sealed)
create table cluster (
  id bigint primary key,
  name varchar(40) not null unique,
  owner varchar(150) not null,
  state varchar(20) not null,
  why varchar(1000) not null,
  deadline timestamp(6) with time zone not null,
  document varchar not null,
  sealed bytea not null
);

-- the machines of a cluster; a row is written with the machine's own change, or neither is
create table cluster_member (
  id bigint primary key,
  cluster_id bigint not null references cluster (id) on delete cascade,
  machine_id varchar(12) not null unique references machine (id) on delete cascade,
  part varchar(20) not null,
  state varchar(20) not null,
  epoch bigint not null,
  at timestamp(6) with time zone not null
);
