create table person (
  username varchar(150) primary key,
  role varchar(20) not null,
  password varchar(300) not null,
  created_at timestamp(6) with time zone not null
);

create table api_key (
  token_key varchar(40) primary key,
  username varchar(150) not null references person (username) on delete cascade,
  name varchar(200) not null,
  consumer_key varchar(40) not null,
  created_at timestamp(6) with time zone not null,
  last_used_at timestamp(6) with time zone
);

create table ssh_key (
  id bigint primary key,
  username varchar(150) not null references person (username) on delete cascade,
  text varchar(16000) not null
);

create table audit (
  id bigint primary key,
  at timestamp(6) with time zone not null,
  actor varchar(160) not null,
  address varchar(45) not null,
  what varchar(4000) not null
);
