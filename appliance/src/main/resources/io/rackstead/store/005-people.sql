alter table person add column email varchar(254) default '' not null;
-- issuer and subject of whoever signs in with an OIDC provider
alter table person add column subject varchar(600) default '' not null;

alter table api_key add column scope varchar(10) default 'FULL' not null;
alter table api_key add column expires_at timestamp(6) with time zone;

create table people_group (
  id bigint primary key,
  name varchar(100) not null unique
);

create table group_member (
  group_id bigint not null references people_group (id) on delete cascade,
  username varchar(150) not null references person (username) on delete cascade,
  primary key (group_id, username)
);

-- a role for a user or for a group, in one resource pool or (*) everywhere
create table pool_role (
  id bigint primary key,
  pool varchar(100) not null,
  username varchar(150) references person (username) on delete cascade,
  group_id bigint references people_group (id) on delete cascade,
  role varchar(20) not null,
  check ((username is null) <> (group_id is null))
);

create table nonce (
  digest varchar(64) primary key,
  expires_at bigint not null
);

create table ssl_key (
  id bigint primary key,
  username varchar(150) not null references person (username) on delete cascade,
  text varchar(16000) not null
);
